from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.timeline.segments import segments
from service.types import Chunk, Options, Segment
from tests.timeline.chunks import OUTCOMES, chunk, chunk_lists

MUSIC: Mapping[str, Any] = {"music": 0.9, "speech": 0.05, "genre": {"low": 0.8, "high": 0.2}}
SPEECH: Mapping[str, Any] = {"music": 0.05, "speech": 0.9}
DOUBT: Mapping[str, Any] = {"music": 0.45, "speech": 0.52}


def row(*kinds: Mapping[str, Any]) -> list[Chunk]:
    return [chunk(3.0 * i, 3.0 * i + 3.0, **kind) for i, kind in enumerate(kinds)]


def cut(chunks: list[Chunk], **options: Any) -> list[tuple[float, float, str]]:
    found = segments(chunks, OUTCOMES, Options(**options), 3.0)
    return [(one.start, one.end, one.label) for one in found]


def test_labels_and_means_by_hand() -> None:
    (segment,) = segments(row(MUSIC, MUSIC), OUTCOMES, Options(), 3.0)
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
    (segment,) = segments(row({}, {}), OUTCOMES, Options(), 3.0)
    assert segment == Segment(0.0, 6.0, "silence", None, 1.0)


def test_speech_over_music_is_both() -> None:
    both = {"music": 0.9, "speech": 0.9, "genre": {"low": 0.1, "high": 0.9}}
    (segment,) = segments(row(both), OUTCOMES, Options(), 3.0)
    assert (segment.label, segment.detail) == ("music+speech", "high")


def test_overlapping_chunks_do_not_count_their_evidence_twice() -> None:
    """A third of the hop means three times the chunks for the same sound, so the change costs three times as much."""
    dense = [chunk(i * 1.0, i * 1.0 + 3.0, **(DOUBT if 4 <= i < 7 else MUSIC)) for i in range(12)]
    found = segments(dense, OUTCOMES, Options(hop_seconds=1.0, smoothing=1.0), 3.0)
    assert [one.label for one in found] == ["music"]


@given(
    chunks=chunk_lists(),
    smoothing=st.floats(0, 4),
    gap=st.sampled_from([0.0, 3.5, 7.0]),
    shortest=st.sampled_from([0.0, 3.5, 7.0]),
)
def test_segments_cover_everything_once(chunks: list[Chunk], smoothing: float, gap: float, shortest: float) -> None:
    hop = chunks[1].start - chunks[0].start if len(chunks) > 1 else 3.0
    options = Options(hop, smoothing=smoothing, merge_gap_seconds=gap, min_segment_seconds=shortest)
    found = segments(chunks, OUTCOMES, options, 3.0)
    assert found[0].start == chunks[0].start
    assert found[-1].end == chunks[-1].end
    for earlier, later in pairwise(found):
        assert earlier.end == later.start
        assert earlier.label != later.label
    for one in found:
        assert one.start < one.end
        assert -1e-9 <= one.probability <= 1 + 1e-9
        assert one.seconds >= shortest or len(found) == 1
