"""The answer bit by bit, with peaks that are known before the chunks that they come with, and some after them."""

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.formats.document import Detail, View, document
from service.formats.series import Series
from service.types import Chunk, Peaks
from tests.formats.reports import REPORT, SOME


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
