import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import parselmouth
from hypothesis import given

from service.formats import textgrid
from service.formats.caption import one_line
from service.formats.document import View
from service.types import Report, Segment
from tests.formats.reports import MILLISECOND, REPORT, SOME, TIME_ERROR, reports, with_segments

Spans = list[tuple[float, float, str]]
call = parselmouth.praat.call


def read(text: str) -> tuple[float, Spans, Spans]:
    """The end of the grid, and the intervals of its two tiers, as Praat sees them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.TextGrid")
        path.write_text(text, encoding="utf-8", newline="")
        grid = parselmouth.read(str(path))
    assert [call(grid, "Get tier name", tier) for tier in (1, 2)] == ["label", "detail"]
    assert call(grid, "Get start time") == 0
    return call(grid, "Get end time"), _tier(grid, 1), _tier(grid, 2)


def _tier(grid: parselmouth.Data, tier: int) -> Spans:
    assert call(grid, "Is interval tier", tier)
    return [
        (
            call(grid, "Get start time of interval", tier, index),
            call(grid, "Get end time of interval", tier, index),
            call(grid, "Get label of interval", tier, index),
        )
        for index in range(1, call(grid, "Get number of intervals", tier) + 1)
    ]


@SOME
@given(reports())
def test_tiers_cover_the_sound_and_hold_the_segments(report: Report) -> None:
    end, labels, details = read(textgrid.write(report, "a.mp3", View()))
    ends = [report.audio.duration_seconds, *(segment.end for segment in report.segments)]
    assert abs(end - max(*ends, MILLISECOND)) < TIME_ERROR
    for tier in (labels, details):
        assert tier[0][0] == 0
        assert tier[-1][1] == end
        assert all(before[1] == after[0] for before, after in pairwise(tier))
        assert all(start < stop for start, stop, _ in tier)
    lasting = [segment for segment in report.segments if round(segment.end * 1000) > round(segment.start * 1000)]
    heard = [(*label, detail[2]) for label, detail in zip(labels, details, strict=True) if label[2]]
    for (start, stop, label, detail), segment in zip(heard, lasting, strict=True):
        assert abs(start - segment.start) < TIME_ERROR
        assert abs(stop - segment.end) < TIME_ERROR
        assert label == one_line(segment.label)
        assert detail == one_line(segment.detail or "")


def test_gaps_are_empty_intervals() -> None:
    _, labels, details = read(textgrid.write(with_segments(Segment(2, 3, "music", "metal", 1)), "a.mp3", View()))
    assert labels == [(0, 2, ""), (2, 3, "music"), (3, 6.5, "")]
    assert details == [(0, 2, ""), (2, 3, "metal"), (3, 6.5, "")]


def test_quotes_and_all_scripts_survive() -> None:
    text = textgrid.write(with_segments(Segment(0, 7, 'the "blues"', "ブルース 🎸 é", 1)), "a.mp3", View())
    assert 'text = "the ""blues"""' in text
    assert read(text) == (7, [(0, 7, 'the "blues"')], [(0, 7, "ブルース 🎸 é")])


def test_neither_instants_nor_overlaps_break_the_cover() -> None:
    report = with_segments(Segment(1, 1, "a", None, 1), Segment(1, 4, "b", None, 1), Segment(3, 6.5, "c", None, 1))
    assert read(textgrid.write(report, "a.mp3", View()))[1] == [(0, 1, ""), (1, 4, "b"), (4, 6.5, "c")]


def test_no_sound_at_all_is_still_a_grid() -> None:
    nothing = replace(REPORT, audio=replace(REPORT.audio, duration_seconds=0.0), segments=())
    assert read(textgrid.write(nothing, "a.mp3", View())) == (
        MILLISECOND,
        [(0, MILLISECOND, "")],
        [(0, MILLISECOND, "")],
    )
