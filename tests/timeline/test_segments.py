from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.outcomes import Outcomes
from service.types import SILENCE, Chunk, LabelProbability, Options, Segment, StepTrack
from tests.timeline.chunks import DECISIONS, OUTCOMES, STEP_SECONDS, answer, chunk, chunk_lists, stepped, stepped_lists

MUSIC: Mapping[str, Any] = {"music": 0.9, "speech": 0.05, "genre": {"low": 0.8, "high": 0.2}}
SPEECH: Mapping[str, Any] = {"music": 0.05, "speech": 0.9}
DOUBT: Mapping[str, Any] = {"music": 0.45, "speech": 0.52}


def row(*kinds: Mapping[str, Any]) -> list[Chunk]:
    return [chunk(3.0 * i, 3.0 * i + 3.0, **kind) for i, kind in enumerate(kinds)]


def cut(chunks: list[Chunk], **options: Any) -> list[tuple[float, float, str]]:
    found = answer(chunks, Options(**options)).segments
    return [(one.start, one.end, one.label) for one in found]


def test_labels_and_means_by_hand() -> None:
    (segment,) = answer(row(MUSIC, MUSIC)).segments
    assert (segment.start, segment.end, segment.label, segment.detail) == (0.0, 6.0, "music", "low")
    assert segment.probability == pytest.approx(0.9 * 0.95)


def test_smoothing_takes_a_doubtful_chunk_along_and_none_leaves_it() -> None:
    chunks = row(MUSIC, MUSIC, DOUBT, MUSIC)
    assert cut(chunks, smoothing=1.0) == [(0, 12, "music")]
    assert cut(chunks, smoothing=0.0) == [(0, 6, "music"), (6, 9, "speech"), (9, 12, "music")]


def test_a_sure_change_survives_smoothing() -> None:
    assert cut(row(MUSIC, SPEECH, MUSIC)) == [(0, 3, "music"), (3, 6, "speech"), (6, 9, "music")]


def test_a_short_gap_is_closed_on_request() -> None:
    chunks = row(MUSIC, SPEECH, MUSIC, SPEECH, SPEECH)
    assert cut(chunks, merge_gap_seconds=3.5) == [(0, 9, "music"), (9, 15, "speech")]
    assert cut(chunks, merge_gap_seconds=3.0)[1] == (3, 6, "speech")


def test_short_segments_go_to_their_longer_neighbour() -> None:
    chunks = row(MUSIC, MUSIC, SPEECH, {}, {}, {})
    assert cut(chunks, min_segment_seconds=4.0) == [(0, 6, "music"), (6, 18, "silence")]


def test_silence_is_a_segment_of_its_own() -> None:
    (segment,) = answer(row({}, {})).segments
    assert segment == Segment(0.0, 6.0, "silence", None, 1.0)


def test_speech_over_music_is_both() -> None:
    both = {"music": 0.9, "speech": 0.9, "genre": {"low": 0.1, "high": 0.9}}
    (segment,) = answer(row(both)).segments
    assert (segment.label, segment.detail) == ("music+speech", "high")


def test_overlapping_chunks_do_not_count_their_evidence_twice() -> None:
    """A third of the hop means three times the chunks for the same sound, so the change costs three times as much."""
    dense = [chunk(i * 1.0, i * 1.0 + 3.0, **(DOUBT if 4 <= i < 7 else MUSIC)) for i in range(12)]
    found = answer(dense, Options(hop_seconds=1.0, smoothing=1.0)).segments
    assert [one.label for one in found] == ["music"]


STEPPED = replace(DECISIONS, step_seconds=STEP_SECONDS)
M, S, N = (0.95, 0.02), (0.02, 0.95), (0.02, 0.02)
AGES = 1e6


def labels(chunks: list[Chunk], **options: Any) -> list[tuple[float, float, str]]:
    return [(one.start, one.end, one.label) for one in answer(chunks, Options(**options), STEPPED).segments]


def test_changes_are_where_the_steps_change_and_not_where_chunks_begin() -> None:
    chunks = [stepped(0, 3, M, M, M, S, S, S), stepped(3, 6, S, S, S, S, N, N), stepped(6, 8.75, N, N, N, N, N, M)]
    assert labels(chunks, smoothing=1) == [
        (0, 1.5, "music"),
        (1.5, 5, "speech"),
        (5, 8.5, "scene"),
        (8.5, 8.75, "music"),
    ]
    assert labels(chunks, smoothing=AGES) == [(0, 8.75, "scene")]


def test_by_default_one_step_is_no_change() -> None:
    doubt = (0.4, 0.6)
    assert labels([stepped(0, 3, M, M, M, doubt, M, M)]) == [(0, 3, "music")]
    assert labels([stepped(0, 3, M, M, M, doubt, M, M)], smoothing=0)[1] == (1.5, 2, "speech")
    assert len(labels([stepped(0, 3, M, M, M, S, S, S)])) == 2


def test_silence_begins_and_ends_within_chunks() -> None:
    chunks = [stepped(0, 3, M, M, M, M, None, None), stepped(3, 6, None, M, M, None, M, M)]
    assert labels(chunks) == [(0, 2, "music"), (2, 3.5, SILENCE), (3.5, 6, "music")]


def test_a_segment_takes_its_detail_from_the_chunks_that_it_overlaps_by_how_much() -> None:
    low, high = {"low": 0.7, "high": 0.3}, {"low": 0.2, "high": 0.8}
    chunks = [stepped(0, 3, S, S, S, S, S, M, genre=low), stepped(3, 6, M, M, M, M, M, M, genre=high)]
    speech, music = answer(chunks, None, STEPPED).segments
    assert (speech.detail, music.start, music.detail) == (None, 2.5, "high")
    unsure = replace(STEPPED, other_below={"genre": 0.75})
    assert answer(chunks, None, unsure).segments[1].detail == "other"
    assert music.probability == pytest.approx(0.95 * 0.98)


def test_a_segment_has_the_three_best_tags_of_its_chunks() -> None:
    tagged = replace(
        STEPPED, tag_thresholds={"Dog": 0.2, "Bark": 0.2, "Rain": 0.2, "Wind": 0.9, "Music": 0.2, "Hum": 0.2}
    )
    first = {"Music": 0.9, "Wind": 0.8, "Hum": 0.7, "Rain": 0.6, "Bark": 0.5}
    chunks = [
        replace(stepped(0, 3, *[M] * 6), tags=first),
        replace(stepped(3, 6, *[N] * 6), tags={"Dog": 0.5}),
        chunk(6, 9),
    ]
    music, scene, silence = answer(chunks, None, tagged).segments
    assert [tag.label for tag in music.tags or ()] == ["Music", "Hum", "Rain"]
    assert scene.tags == (LabelProbability("Dog", 0.5),)
    assert silence.tags == ()
    assert [segment.tags for segment in answer(chunks, None, STEPPED).segments] == [None] * 3


def test_steps_that_come_back_with_rounded_times_end_where_the_chunks_end() -> None:
    exact = answer([stepped(0, 3, M, M, M, S, S, S), stepped(3, 5, *[S] * 6)], None, STEPPED)
    assert exact.steps is not None
    chunks = [replace(one, steps=()) for one in exact.chunks]
    for step_seconds in (0.4999, 0.5001, 0.58):
        track = StepTrack(0.0, step_seconds, ("music", "speech"), exact.steps.values)
        found = answer(chunks, None, STEPPED, track).segments
        assert [(one.label, round(one.start, 1), one.end) for one in found][1][2] == 5
        assert all(one.start < one.end for one in found)
    same = answer(chunks, None, STEPPED, exact.steps)
    assert same.segments == exact.segments
    assert answer(chunks, None, STEPPED).segments != exact.segments  # without them, from the chunks


@settings(deadline=None)
@given(made=stepped_lists())
def test_without_smoothing_every_step_is_taken_at_its_word(made: tuple[list[Chunk], float]) -> None:
    chunks, hop = made
    report = answer(chunks, Options(hop, smoothing=0), STEPPED)
    assert report.steps is not None
    for index, (music, speech) in enumerate(report.steps.values.tolist()):
        middle = report.steps.start + index * STEP_SECONDS + 0.001
        [segment] = [one for one in report.segments if one.start <= middle < one.end]
        expected = SILENCE if np.isnan(music) else OUTCOMES.decide({"music": music, "speech": speech}).label
        assert segment.label == expected


@settings(deadline=None)
@given(made=stepped_lists(), few=st.integers(0, 3), more=st.integers(1, 5))
def test_a_larger_cost_never_makes_more_segments(made: tuple[list[Chunk], float], few: int, more: int) -> None:
    chunks, hop = made
    counts = [len(answer(chunks, Options(hop, smoothing=cost), STEPPED).segments) for cost in (few, few + more)]
    assert counts[1] <= counts[0]


@settings(deadline=None)
@given(made=stepped_lists())
def test_the_order_of_the_gates_labels_changes_nothing(made: tuple[list[Chunk], float]) -> None:
    chunks, hop = made
    turned = [
        replace(
            one,
            gate=one.gate and {"speech": one.gate["speech"], "music": one.gate["music"]},
            steps=tuple(replace(window, values=window.values[:, ::-1].copy()) for window in one.steps),
        )
        for one in chunks
    ]
    outcomes = Outcomes(OUTCOMES.outcomes, {"speech": 0.5, "music": 0.5}, exclusive=False)
    report = answer(chunks, Options(hop), STEPPED)
    other = answer(turned, Options(hop), replace(STEPPED, outcomes=outcomes))
    assert other.label == report.label
    assert other.shares == pytest.approx(report.shares)
    assert [(one.start, one.end, one.label) for one in other.segments] == [
        (one.start, one.end, one.label) for one in report.segments
    ]


@settings(deadline=None)
@given(
    made=st.tuples(chunk_lists(), st.none()) | stepped_lists(),
    smoothing=st.none() | st.floats(0, 4),
    gap=st.sampled_from([0.0, 3.5, 7.0]),
    shortest=st.sampled_from([0.0, 3.5, 7.0]),
)
def test_segments_cover_everything_once(
    made: tuple[list[Chunk], float | None], smoothing: float | None, gap: float, shortest: float
) -> None:
    chunks, hop = made
    if hop is None:
        hop = chunks[1].start - chunks[0].start if len(chunks) > 1 else 3.0
    options = Options(hop, smoothing=smoothing, merge_gap_seconds=gap, min_segment_seconds=shortest)
    found = answer(chunks, options).segments
    assert found[0].start == chunks[0].start
    assert found[-1].end == chunks[-1].end
    for earlier, later in pairwise(found):
        assert earlier.end == later.start
        assert earlier.label != later.label
    for one in found:
        assert one.start < one.end
        assert -1e-9 <= one.probability <= 1 + 1e-9
        assert one.seconds >= shortest or len(found) == 1
