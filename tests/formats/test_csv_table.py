import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.formats import csv_table
from service.formats.document import View
from service.types import BranchAverage, Chunk, Report, Scores
from tests.formats.reports import GATE, PROBABILITY_ERROR, REPORT, SOME, STEPPED, TIME_ERROR, names, reports


def read(text: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def cell(text: str) -> str:
    """What the cell of a text has to hold: an apostrophe goes before what a spreadsheet would run."""
    return "'" + text if text[:1] in tuple("=+-@\t\r\n") else text


def assert_cells(row: dict[str, str], listener: str, scores: Scores | None) -> None:
    cells = {key.removeprefix(f"{listener}."): shown for key, shown in row.items() if key.startswith(f"{listener}.")}
    assert {label for label, shown in cells.items() if shown} == set(scores or ())
    for label, probability in (scores or {}).items():
        assert abs(float(cells[label]) - probability) < PROBABILITY_ERROR


@SOME
@given(reports(), names)
def test_chunks(report: Report, name: str) -> None:
    rows = read(csv_table.write(report, name, View("chunks")))
    for row, chunk in zip(rows, report.chunks, strict=True):
        assert row["file"] == cell(name)
        assert abs(float(row["start"]) - chunk.start) < TIME_ERROR
        assert abs(float(row["end"]) - chunk.end) < TIME_ERROR
        for listener, scores in {"gate": chunk.gate, **chunk.branches}.items():
            assert_cells(row, listener, scores)


@SOME
@given(reports(), names)
def test_segments(report: Report, name: str) -> None:
    rows = read(csv_table.write(report, name, View("segments")))
    for row, segment in zip(rows, report.segments, strict=True):
        tags = [] if report.tags is None else ["tags"]
        assert list(row) == ["file", "start", "end", "label", "detail", "probability", *tags]
        if tags:
            assert row["tags"] == cell("; ".join(tag.label for tag in segment.tags or ()))
        assert row["file"] == cell(name)
        assert abs(float(row["start"]) - segment.start) < TIME_ERROR
        assert abs(float(row["end"]) - segment.end) < TIME_ERROR
        assert row["label"] == cell(segment.label)
        assert row["detail"] == cell(segment.detail or "")
        assert abs(float(row["probability"]) - segment.probability) < PROBABILITY_ERROR


@SOME
@given(reports(), names)
def test_summary(report: Report, name: str) -> None:
    [row] = read(csv_table.write(report, name, View("summary")))
    assert row["file"] == cell(name)
    assert row["label"] == cell(report.label)
    assert abs(float(row["duration_seconds"]) - report.audio.duration_seconds) < TIME_ERROR
    assert ("tags" in row) is (report.tags is not None)
    assert report.tags is None or list(row)[-1] == "tags"
    for listener, scores in {"gate": report.gate, **{k: v.probabilities for k, v in report.branches.items()}}.items():
        assert_cells(row, listener, scores)


def test_columns_are_the_labels_in_order() -> None:
    header = csv_table.write(REPORT, "a.mp3", View()).split("\n")[0]
    assert header == "file,start,end,gate.music,gate.speech,genre.rock,genre.metal,genre.jazz"


def test_tags_are_the_last_column_of_segments_and_summaries() -> None:
    rows = read(csv_table.write(STEPPED, "a.mp3", View("segments")))
    assert [row["tags"] for row in rows] == ["Music", ""]
    [row] = read(csv_table.write(STEPPED, "a.mp3", View("summary")))
    assert row["tags"] == "Music; Guitar"
    [row] = read(csv_table.write(STEPPED, "a.mp3", View("summary", top_k=1)))
    assert row["tags"] == "Music"
    for detail in ("chunks", "steps"):
        assert csv_table.write(STEPPED, "a.mp3", View(detail)) == csv_table.write(REPORT, "a.mp3", View("chunks"))


def test_columns_that_are_to_come_have_tags_if_the_cascade_has() -> None:
    labels = {"gate": ("music", "speech")}
    assert csv_table.columns_for(labels, View("segments"), has_tags=True)[-1] == "tags"
    assert csv_table.columns_for(labels, View("summary"), has_tags=True)[-2:] == ("gate.speech", "tags")
    assert "tags" not in csv_table.columns_for(labels, View("chunks"), has_tags=True)
    assert "tags" not in csv_table.columns_for(labels, View("segments"))


def test_top_k_empties_cells_but_drops_no_column() -> None:
    [heard, silent] = read(csv_table.write(REPORT, "a.mp3", View(top_k=1)))
    assert [heard[f"genre.{label}"] for label in ("rock", "metal", "jazz")] == ["", "0.610000", ""]
    assert (heard["gate.music"], heard["gate.speech"]) == ("0.930000", "0.040000")
    assert silent["gate.music"] == silent["genre.metal"] == ""


def test_several_sounds_share_the_columns_of_all() -> None:
    street = replace(
        REPORT,
        branches={"scene": BranchAverage(3.0, {"street": 1.0})},
        chunks=(Chunk(0, 3, GATE, {"scene": {"street": 1.0}}),),
    )
    columns = csv_table.columns([REPORT, street], View())
    lines = [csv_table.header_line(columns)]
    for name, report in (("a", REPORT), ("b", street)):
        lines += csv_table.row_lines(report, name, View(), columns)
    rows = read("".join(lines))
    assert [(row["file"], row["genre.metal"], row["scene.street"]) for row in rows] == [
        ("a", "0.610000", ""),
        ("a", "", ""),
        ("b", "", "1.000000"),
    ]
    with pytest.raises(ValueError, match=r"scene\.street"):
        list(csv_table.row_lines(street, "b", View(), csv_table.columns([REPORT], View())))


@given(st.sampled_from("=+-@\t\r"), st.text(max_size=5))
def test_a_file_name_is_never_a_formula(first: str, rest: str) -> None:
    [row] = read(csv_table.write(REPORT, first + rest, View("summary")))
    assert row["file"] == "'" + first + rest


def test_lines_end_in_one_newline() -> None:
    text = csv_table.write(REPORT, "a\udcff.mp3", View())
    assert "\r" not in text
    assert text.endswith("\n")
    assert text.encode()
