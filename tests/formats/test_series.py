"""The answer bit by bit, with peaks and steps that are known before the chunks that they come with, and some after."""

from array import array
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.formats.document import Detail, View, document, steps_document
from service.formats.series import Series
from service.timeline.steps import StepJoin
from service.types import Chunk, Peaks, StepTrack
from tests.formats.reports import REPORT, SOME, STEPPED
from tests.timeline.chunks import DECISIONS, STEP_SECONDS, stepped_lists


def with_peaks(count: int, per_second: int, hop: float = 3.0, start: float = 0.0) -> tuple[list[float], Peaks]:
    values = [round(i % 1000 / 1000, 3) for i in range(count)]
    return values, Peaks(per_second, array("f", values))


def chunks(count: int, hop: float, start: float) -> list[Chunk]:
    return [Chunk(start + i * hop, start + i * hop + 3, None, {}) for i in range(count)]


@SOME
@given(
    st.integers(1, 100), st.integers(0, 6), st.floats(0.1, 3), st.sampled_from([0.0, 10.5, 1 / 3]), st.integers(0, 3000)
)
def test_all_peaks_one_after_the_other_are_the_whole(
    per_second: int, count: int, hop: float, start: float, values: int
) -> None:
    expected, peaks = with_peaks(values, per_second)
    series = Series(View(), peaks)
    entries = [series.chunk(chunk) for chunk in chunks(count, hop, start)]
    entries.append(series.report(replace(REPORT, peaks=peaks)))
    assert [value for entry in entries for value in entry["peaks"]] == expected


def test_a_chunk_comes_with_the_peaks_up_to_its_end() -> None:
    _, peaks = with_peaks(1_000, 10)
    series = Series(View(), peaks)
    first, second, third = [series.chunk(chunk) for chunk in chunks(3, 1.5, 10.5)]
    assert [len(one["peaks"]) for one in (first, second, third)] == [30, 15, 15]
    assert first["peaks"][:3] == [0.0, 0.001, 0.002]
    assert list(first) == ["chunk", "peaks"]


def test_peaks_may_come_while_the_series_is_written() -> None:
    growing = array("f", [0.5] * 31)
    series = Series(View(), Peaks(10, growing))
    first, second = chunks(2, 3.0, 0.0)
    assert len(series.chunk(first)["peaks"]) == 30
    growing.extend([0.25] * 30)
    assert series.chunk(second)["peaks"] == [0.5] + [0.25] * 29
    assert series.report(REPORT)["peaks"] == [0.25]


@pytest.mark.parametrize("detail", ["summary", "segments"])
def test_the_report_alone_has_all_of_them(detail: Detail) -> None:
    expected, peaks = with_peaks(70, 20)
    entry = Series(View(detail), peaks).report(replace(REPORT, peaks=peaks))
    assert entry.pop("peaks") == expected
    assert entry == document(REPORT, View(detail))


def test_who_did_not_ask_gets_none() -> None:
    series = Series(View(), None)
    assert "peaks" not in series.chunk(REPORT.chunks[0])
    assert "peaks" not in series.report(REPORT)


def test_a_chunk_comes_with_the_steps_up_to_its_end_and_the_report_with_the_rest() -> None:
    series = Series(View("steps"), None, STEPPED.steps, has_tags=True)
    first, last = (series.chunk(chunk) for chunk in STEPPED.chunks)
    assert list(first) == ["chunk", "steps"]
    assert first["steps"]["probabilities"] == {"music": [0.9, 0.123457, 1.0], "speech": [0.1, 0.2, 0.0]}
    assert (last["steps"]["start"], last["steps"]["probabilities"]["music"]) == (3.0, [None] * 3)
    assert (first["chunk"]["tags"][0]["label"], last["chunk"]["tags"]) == ("Music", None)
    rest = series.report(STEPPED)
    assert (rest["steps"]["start"], rest["steps"]["probabilities"]["speech"]) == (6.0, [None])
    assert {"segments", "chunks"} & rest.keys() == {"segments"}


def test_steps_that_are_not_known_yet_come_later() -> None:
    values = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
    known = StepTrack(0.0, 0.5, ("music",), values[:4])
    series = Series(View("steps"), None, known)
    first, second = chunks(2, 3.0, 0.0)
    assert len(series.chunk(first)["steps"]["probabilities"]["music"]) == 4
    assert series.chunk(second)["steps"] == {"start": 2.0, "step_seconds": 0.5, "probabilities": {"music": []}}
    report = replace(REPORT, steps=StepTrack(0.0, 0.5, ("music",), values))
    assert series.report(report)["steps"]["probabilities"]["music"][0] == round(4 / 11, 6)


@settings(max_examples=50, deadline=None)
@given(stepped_lists())
def test_steps_joined_while_they_come_are_the_whole(made: tuple[list[Chunk], float]) -> None:
    heard, hop = made
    decisions = replace(DECISIONS, step_seconds=STEP_SECONDS)
    join = StepJoin(decisions.outcomes.labels, STEP_SECONDS, hop)
    series = Series(View("steps"), None, join)
    entries = []
    for one in heard:
        join.add([one])
        entries.append(series.chunk(one))
    track = join.finish()
    entries.append(series.report(replace(REPORT, steps=track)))
    whole = steps_document(track.start, track.step_seconds, track.labels, track.values)
    for label, values in whole["probabilities"].items():
        assert [value for entry in entries for value in entry["steps"]["probabilities"][label]] == values
    begin = [entry["steps"]["start"] for entry in entries]
    assert begin == sorted(begin)


@pytest.mark.parametrize("detail", ["summary", "segments", "chunks"])
def test_other_views_have_no_steps(detail: Detail) -> None:
    series = Series(View(detail), None, STEPPED.steps)
    assert "steps" not in series.chunk(STEPPED.chunks[0])
    assert series.report(STEPPED).keys() == document(STEPPED, View(detail)).keys() - {"chunks"}
