"""Numbers that were measured, kept and written down; none that was not."""

from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest

from tests.contract.test_docs import ROOT, page, rows
from training.recipe import RecipeError
from training.systems.registry import SYSTEMS
from training.systems.reproduction_page import page as written
from training.systems.results import GROUP, OFFICIAL, REPORT, RESULTS, Result, read_results, with_new, write_results


def result(system: str, protocol: str, accuracy: float, *, leaks: bool = False, low: float = nan) -> Result:
    split = "LEAKY per-slice random 85/15" if leaks else "grouped 5-fold"
    high = nan if isnan(low) else 1 - low
    return Result(system, protocol, split, leaks, accuracy, low, high, "ambience: 9 files", 90, "2 cores", "3 epochs")


MEASURED = (
    result("scene_simple_mel", REPORT, 0.71234, leaks=True, low=0.25),
    result("scene_simple_mel", GROUP, 0.55),
    result("scene_simple_mel", OFFICIAL, 0.66),
    result("music_speech_comparison", "false tanh 3 2 0.001", 0.91),
    result("svm", REPORT, 0.69),
    result("svm", "sound of 3 s, by song 70/30", 0.44),
    result("svm", "parts of 10 s, per slice 80/20", 0.77, leaks=True),
)


def test_results_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "build" / "results.csv"
    assert read_results(path) == ()
    write_results(path, MEASURED)
    first, *others = read_results(path)
    assert (first.key, first.leaks, first.accuracy, first.low, first.seconds) == (
        ("scene_simple_mel", REPORT), True, 0.7123, 0.25, 90,
    )  # fmt: skip
    assert all(isnan(one.low) and isnan(one.high) for one in others)


def test_a_new_number_takes_the_place_of_the_old_one() -> None:
    newer = result("svm", REPORT, 0.8)
    together = with_new(MEASURED, [newer])
    assert len(together) == len(MEASURED)
    assert newer in together
    assert MEASURED[4] not in together


def test_a_fit_in_full_is_not_replaced_by_a_shorter_one() -> None:
    full, short = replace(MEASURED[1], note=""), replace(MEASURED[1], accuracy=0.9)
    assert with_new([full], [short]) == (full,)
    assert with_new([short], [full]) == (full,)
    assert with_new([full], [replace(full, accuracy=0.7)])[0].accuracy == 0.7


def test_what_is_no_result_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_results(path, MEASURED)
    path.write_text(path.read_text().replace("0.5500", "half"))
    with pytest.raises(RecipeError, match=r"results\.csv, line 3: no result of a system: .*'half'"):
        read_results(path)


def test_the_page_has_what_was_measured_beside_what_is_stated() -> None:
    text = written(MEASURED)
    cells = {row[0]: row[1:] for row in reversed(rows(text))}
    numbers = ["0.887", "LEAKY 0.712 (0.250 to 0.750)", "0.550", "0.660"]
    assert cells["`scene_simple_mel`"] == ["003", "70/15/15 by picture", *numbers]
    headings = next(row for row in rows(text) if "whole songs, 70/30" in row)[1:]
    assert headings == [
        *("whole songs, 70/30", "whole songs, 80/20", "whole songs, by song"),
        *("parts of 10 s, per slice 80/20", "sound of 3 s, by song 70/30"),
    ]
    assert cells["`svm`"] == ["0.690", "-", "-", "LEAKY 0.770", "0.440"]
    assert "| false | tanh | 3 | 2 | 0.001 | 0.910 | 3 epochs | 1.5 min |" in text
    assert "| `svm` | 0.705 | 0.470 | 0.751 |" in text, "the report's own"
    assert "3 epochs | ambience: 9 files | 1.5 min | 2 cores" in text


def test_the_page_lists_what_was_not_run_with_its_command() -> None:
    missing = written(MEASURED).split("## Not run")[1]
    listed = {row[0].strip("`"): row for row in rows(missing)[1:]}
    assert set(listed) == {system.name for system in SYSTEMS} - {one.system for one in MEASURED}
    assert listed["music_embedding"][3:] == [
        "needs VGGish's published weights",
        "`python -m training reproduce music_embedding --data DATA --weights FILE`",
    ]


def test_the_page_in_docs_is_of_the_results_that_are_kept() -> None:
    assert page("docs/reproduction.md") == written(read_results(ROOT / RESULTS))
