from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.outcomes import Decisions, Outcome, Outcomes
from service.types import SILENCE, Chunk, Options, best
from tests.timeline.chunks import DECISIONS, STEP_SECONDS, answer, chunk, chunk_lists, stepped_lists

LOW, HIGH = {"low": 0.8, "high": 0.2}, {"low": 0.2, "high": 0.8}


def music(start: float, end: float, genre: dict[str, float] | None = None) -> Chunk:
    return chunk(start, end, music=0.9, speech=0.05, genre=genre)


def speech(start: float, end: float) -> Chunk:
    return chunk(start, end, music=0.05, speech=0.9)


def neither(start: float, end: float) -> Chunk:
    return chunk(start, end, music=0.05, speech=0.05, scene={"hum": 0.4, "hiss": 0.6})


def both(start: float, end: float) -> Chunk:
    return chunk(start, end, music=0.9, speech=0.9, genre=LOW)


@pytest.mark.parametrize(
    ("chunks", "label"),
    [
        ([chunk(0, 3, music=0.9, speech=0.1, genre={"low": 0.3, "high": 0.7})], "music/high"),
        ([chunk(0, 3, music=0.9, speech=0.8, genre={"low": 0.6, "high": 0.4})], "music+speech/low"),
        ([speech(0, 3)], "speech"),
        ([neither(0, 3)], "scene/hiss"),
        ([chunk(0, 3)], SILENCE),
        ([chunk(0, 9), speech(9, 12)], "speech"),
        ([music(0, 3, LOW), speech(3, 6), neither(6, 11)], "music/low"),
        ([music(0, 3, LOW), speech(3, 6), neither(6, 12)], "music/low"),
        ([music(0, 3, LOW), speech(3, 6), neither(6, 13)], "scene/hiss"),
        ([music(0, 3), neither(3, 5)], "music"),
    ],
)
def test_the_label_is_told_from_the_top_down(chunks: list[Chunk], label: str) -> None:
    assert answer(chunks).label == label


def test_a_radio_programme_is_not_headed_neither() -> None:
    """Music for 30 %, speech for 35 %, neither for 35 %: the mean of four combinations would say neither."""
    chunks = [music(0, 30, LOW), speech(30, 65), neither(65, 100)]
    report = answer(chunks)
    assert report.label == "speech"
    assert report.shares == pytest.approx({"music": 0.3, "speech": 0.35, "both": 0, "neither": 0.35, "silent": 0})


def test_the_branchs_best_label_must_be_that_of_a_segment() -> None:
    """Three labels: each segment has one of the outer two, but over all of them the middle one is the best."""
    first = {"low": 0.5, "middle": 0.45, "high": 0.05}
    last = {"low": 0.05, "middle": 0.45, "high": 0.5}
    report = answer([music(0, 9, first), speech(9, 12), music(12, 24, last)])
    genres = report.branches["genre"].probabilities
    assert genres is not None
    assert best(genres) == "middle"
    assert [segment.detail for segment in report.segments] == ["low", None, "high"]
    assert report.label == "music/high"


def test_a_branch_may_say_other() -> None:
    unsure = replace(DECISIONS, other_below={"genre": 0.9})
    assert answer([music(0, 3, LOW)], None, unsure).label == "music/other"


def test_both_counts_for_both() -> None:
    report = answer([both(0, 3), music(3, 6, LOW), speech(6, 9), chunk(9, 12)])
    assert report.shares == pytest.approx({"music": 0.5, "speech": 0.5, "both": 0.25, "neither": 0, "silent": 0.25})
    assert list(report.shares) == ["music", "speech", "both", "neither", "silent"]


def test_a_gate_whose_labels_exclude_each_other_has_no_both() -> None:
    outcomes = Outcomes(
        (
            Outcome("music", "music", "genre", {"music": True, "speech": False}),
            Outcome("speech", "speech", None, {"music": False, "speech": True}),
        ),
        {"music": 0.5, "speech": 0.5},
        exclusive=True,
    )
    report = answer([music(0, 3, LOW), speech(3, 9)], None, Decisions(outcomes, 3.0))
    assert report.shares == pytest.approx({"music": 1 / 3, "speech": 2 / 3, "neither": 0, "silent": 0})
    assert report.label == "speech"


def test_nothing_heard_is_silence() -> None:
    report = answer([])
    assert (report.label, report.segments) == (SILENCE, ())
    assert report.shares == {"music": 0, "speech": 0, "both": 0, "neither": 0, "silent": 1}


def test_tags_of_the_whole() -> None:
    tagged = replace(DECISIONS, tag_thresholds={"Dog": 0.3})
    report = answer([replace(neither(0, 3), tags={"Dog": 0.9}), chunk(3, 6)], None, tagged)
    assert report.tags is not None
    assert [tag.label for tag in report.tags] == ["Dog"]
    assert report.tags[0].probability == pytest.approx(0.9)
    assert set(report.branches) == {"genre", "scene"}
    assert answer([neither(0, 3)]).tags is None


@settings(deadline=None)
@given(
    made=st.tuples(chunk_lists(), st.just(3.0)) | stepped_lists(),
    smoothing=st.none() | st.floats(0, 6),
    shortest=st.sampled_from([0.0, 2.5]),
    other_below=st.sampled_from([{}, {"genre": 0.65}, {"genre": 0.99, "scene": 0.99}]),
)
def test_shares_and_label_never_contradict_the_segments(
    made: tuple[list[Chunk], float], smoothing: float | None, shortest: float, other_below: dict[str, float]
) -> None:
    chunks, hop = made
    decisions = replace(DECISIONS, step_seconds=STEP_SECONDS, other_below=other_below)
    report = answer(chunks, Options(hop, smoothing=smoothing, min_segment_seconds=shortest), decisions)
    names = {one.label if one.detail is None else f"{one.label}/{one.detail}" for one in report.segments}
    outcomes = {one.label for one in report.segments}
    assert report.label in names
    assert report.label.split("/")[0] in outcomes

    total = chunks[-1].end - chunks[0].start
    held = {label: sum(one.seconds for one in report.segments if one.label == label) / total for label in outcomes}
    music, speech, both = held.get("music", 0), held.get("speech", 0), held.get("music+speech", 0)
    assert report.shares == pytest.approx(
        {
            "music": music + both,
            "speech": speech + both,
            "both": both,
            "neither": held.get("scene", 0),
            "silent": held.get(SILENCE, 0),
        },
        abs=1e-6,
    )
    shares = report.shares
    assert all(0 <= share <= 1 for share in shares.values())
    some = shares["music"] + shares["speech"] - shares["both"]
    assert some + shares["neither"] + shares["silent"] == pytest.approx(1)
    assert (report.label == SILENCE) is (outcomes == {SILENCE})
    if abs(some - shares["neither"]) > 1e-6 and report.label != SILENCE:
        assert report.label.startswith("scene") is (shares["neither"] > some)
