from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.timeline.averages import best_tags, branch_average, gate_average, joint_labels
from service.types import BranchAverage, Chunk
from tests.timeline.chunks import DECISIONS, OUTCOMES, chunk, chunk_lists


def test_averages_are_weighted_by_duration() -> None:
    chunks = [chunk(0, 3, music=1.0, speech=0.0), chunk(3, 4, music=0.0, speech=1.0)]
    assert gate_average(chunks) == pytest.approx({"music": 0.75, "speech": 0.25})


def test_a_branch_that_heard_nothing_is_null_and_not_zero() -> None:
    assert branch_average([chunk(0, 3, music=0.1, speech=0.9)], "genre") == BranchAverage(0.0, None)


def test_overlapping_chunks_count_their_time_once() -> None:
    chunks = [chunk(start, start + 3, music=0.9, speech=0.0, genre={"low": 1.0, "high": 0.0}) for start in range(5)]
    assert branch_average(chunks, "genre").seconds == 7.0


def test_joint_multiplies_gate_and_branch() -> None:
    chunks = [chunk(0, 3, music=0.9, speech=0.2, genre={"low": 0.75, "high": 0.25})]
    branches = {name: branch_average(chunks, name) for name in ("genre", "scene")}
    joint = {one.label: one.probability for one in joint_labels(chunks, OUTCOMES, branches)}
    assert joint == pytest.approx({"music/low": 0.675, "music/high": 0.225, "speech": 0.02, "scene": 0.08})


def test_half_music_half_speech_is_no_scene() -> None:
    """The product of averages would say that a quarter is scene; nothing was."""
    chunks = [chunk(0, 3, music=1.0, speech=0.0), chunk(3, 6, music=0.0, speech=1.0)]
    branches = {name: BranchAverage(0.0, None) for name in ("genre", "scene")}
    joint = {one.label: one.probability for one in joint_labels(chunks, OUTCOMES, branches)}
    assert joint == pytest.approx({"music": 0.5, "speech": 0.5, "scene": 0.0})


def test_tags_are_weighted_by_duration_and_what_is_left_out_is_zero() -> None:
    decisions = replace(DECISIONS, tag_thresholds={"Dog": 0.3, "Bark": 0.3, "Cat": 0.3})
    chunks = [
        replace(chunk(0, 3, music=0.1, speech=0.1), tags={"Dog": 0.8, "Bark": 0.4}),
        replace(chunk(3, 4, music=0.1, speech=0.1), tags={"Cat": 0.9}),
        chunk(4, 40),
    ]
    found = best_tags([(one.seconds, one) for one in chunks], decisions)
    assert found is not None
    assert [one.label for one in found] == ["Dog", "Bark"]
    assert [one.probability for one in found] == pytest.approx([0.6, 0.3])


def test_without_a_tagger_there_are_no_tags_and_with_one_silence_has_none() -> None:
    silence = [(3.0, chunk(0, 3))]
    assert best_tags(silence, DECISIONS) is None
    assert best_tags(silence, replace(DECISIONS, tag_thresholds={})) == ()


@given(chunks=chunk_lists())
def test_joint_is_a_distribution_and_averages_stay_between_their_chunks(chunks: list[Chunk]) -> None:
    branches = {name: branch_average(chunks, name) for name in ("genre", "scene")}
    joint = joint_labels(chunks, OUTCOMES, branches)
    assert sum(one.probability for one in joint) == pytest.approx(1)
    assert [one.probability for one in joint] == sorted((one.probability for one in joint), reverse=True)
    gate = gate_average(chunks)
    heard = [one.gate for one in chunks if one.gate is not None]
    assert (gate is None) is (not heard)
    for label, value in (gate or {}).items():
        assert min(scores[label] for scores in heard) - 1e-9 <= value <= max(scores[label] for scores in heard) + 1e-9


@given(st.permutations([0.1, 0.5, 0.9]))
def test_the_order_of_chunks_does_not_matter_to_averages(values: list[float]) -> None:
    chunks = [chunk(3.0 * i, 3.0 * i + 3, music=value, speech=0.0) for i, value in enumerate(values)]
    assert gate_average(chunks) == pytest.approx({"music": 0.5, "speech": 0.0})
