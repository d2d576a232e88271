import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.timeline.steps import StepJoin, join_steps, long_runs, step_count
from service.types import Chunk, StepTrack, StepWindow
from tests.timeline.chunks import DECISIONS, STEP_SECONDS, chunk, stepped, stepped_lists, window

MUSIC, SPEECH = (0.9, 0.1), (0.1, 0.9)
TINY = 1e-6


def joined(chunks: list[Chunk], hop: float = 3.0) -> StepTrack:
    track = join_steps(chunks, DECISIONS, hop)
    assert track is not None
    return track


def overlap(start: float, end: float, other_start: float, other_end: float) -> float:
    return max(0.0, min(end, other_end) - max(start, other_start))


def plain_track(chunks: list[Chunk]) -> NDArray[np.float64]:
    """Cell by cell, as the docstrings say it."""
    start, end = chunks[0].start, chunks[-1].end
    values, quiet, certain = [], [], []
    for index in range(step_count(end - start, STEP_SECONDS)):
        cell = start + index * STEP_SECONDS, start + (index + 1) * STEP_SECONDS
        said: list[tuple[float, NDArray[np.float64]]] = []
        edges: list[tuple[float, NDArray[np.float64]]] = []
        for one in chunks:
            for heard in one.steps:
                if cell[1] <= one.start + TINY:
                    continue
                rows = np.column_stack([heard.values, heard.silent]).astype(np.float64)
                for step, row in enumerate(rows):
                    at = heard.start + step * STEP_SECONDS
                    said.append((overlap(*cell, at, at + STEP_SECONDS), row))
                if overlap(*cell, one.start, heard.start) > TINY:
                    edges.append((1.0, rows[0]))
                if overlap(*cell, heard.start + heard.seconds, one.end) > TINY:
                    edges.append((1.0, rows[-1]))  # here a chunk has one window
        used = said if sum(weight for weight, _ in said) > TINY else edges
        middle = sum(cell) / 2
        in_silent_chunk = any(one.gate is None and one.start <= middle < one.end for one in chunks)
        mean = np.average([row for _, row in used], axis=0, weights=[w for w, _ in used]) if used else None
        values.append([np.nan, np.nan] if mean is None else mean[:2])
        certain.append(in_silent_chunk or mean is None)
        quiet.append(certain[-1] or (mean is not None and mean[2] >= 0.5 - TINY))
    silent = np.array(certain) | long_runs(np.array(quiet), 2)
    return np.where(silent[:, None], np.nan, np.array(values))


@settings(max_examples=200, deadline=None)
@given(stepped_lists())
def test_the_track_of_any_hop_is_the_mean_of_its_windows_cell_by_cell(made: tuple[list[Chunk], float]) -> None:
    chunks, hop = made
    track = join_steps(chunks, replace(DECISIONS, step_seconds=STEP_SECONDS), hop)
    assert track is not None
    assert (track.start, track.step_seconds, track.labels) == (chunks[0].start, STEP_SECONDS, ("music", "speech"))
    assert track.values.dtype == np.float32
    np.testing.assert_allclose(track.values, plain_track(chunks), atol=1e-5)


@settings(max_examples=200, deadline=None)
@given(stepped_lists(), st.integers(1, 4))
def test_what_is_known_early_never_changes(made: tuple[list[Chunk], float], batch: int) -> None:
    chunks, hop = made
    whole = join_steps(chunks, replace(DECISIONS, step_seconds=STEP_SECONDS), hop)
    assert whole is not None
    join = StepJoin(("music", "speech"), STEP_SECONDS, hop)
    known = 0
    for first in range(0, len(chunks), batch):
        join.add(chunks[first : first + batch])
        assert len(join.values) >= known
        known = len(join.values)
        np.testing.assert_allclose(join.values, whole.values[:known], atol=1e-6)
    np.testing.assert_allclose(join.finish().values, whole.values, atol=1e-6)
    assert join.start == whole.start


def test_a_chunks_steps_are_known_with_it_if_it_sounds_to_its_end() -> None:
    join = StepJoin(("music", "speech"), STEP_SECONDS, 3.0)
    join.add([stepped(10, 13, *[MUSIC] * 6)])
    assert len(join.values) == 6
    join.add([stepped(13, 16, *[MUSIC] * 5, None)])
    assert len(join.values) == 11  # whether the pause is long remains to be seen
    join.add([stepped(16, 19, None, *[MUSIC] * 5)])
    assert len(join.values) == 18
    assert np.isnan(join.values[:, 0]).nonzero()[0].tolist() == [11, 12]


def test_pauses_keep_what_the_gate_said_and_silence_does_not() -> None:
    track = joined([stepped(0, 3, MUSIC, None, MUSIC, None, None, MUSIC)])
    expected = [0.9, 0.1, 0.9, np.nan, np.nan, 0.9]
    np.testing.assert_allclose(track.values[:, 0], expected, atol=1e-6)


def test_a_silent_chunk_is_silent_whatever_a_window_that_reaches_back_says() -> None:
    chunks = [chunk(0, 3), Chunk(3, 4, {"music": 0.9, "speech": 0.1}, {}, steps=(window(1, [MUSIC] * 6),))]
    np.testing.assert_allclose(joined(chunks).values[:, 0], [np.nan] * 6 + [0.9] * 2, atol=1e-6)


def test_a_short_repeated_sound_is_its_first_steps() -> None:
    track = joined([stepped(0, 1.2, MUSIC, SPEECH, MUSIC, SPEECH, SPEECH, SPEECH)])
    np.testing.assert_allclose(track.values[:, 0], [0.9, 0.1, 0.9], atol=1e-6)


def test_a_chunk_longer_than_its_window_takes_the_steps_next_to_its_ends() -> None:
    one = Chunk(0, 5, {"music": 0.5, "speech": 0.5}, {}, steps=(window(1, [MUSIC, *[SPEECH] * 4, MUSIC]),))
    np.testing.assert_allclose(joined([one]).values[:, 0], [0.9] * 3 + [0.1] * 4 + [0.9] * 3, atol=1e-6)


def test_a_gap_between_the_windows_of_a_long_chunk_takes_the_steps_on_both_sides() -> None:
    heard = (window(0, [MUSIC] * 6), window(4, [SPEECH] * 6))
    track = joined([Chunk(0, 7, {"music": 0.5, "speech": 0.5}, {}, steps=heard)])
    np.testing.assert_allclose(track.values[:, 0], [0.9] * 6 + [0.5] * 2 + [0.1] * 6, atol=1e-6)


def test_windows_between_two_cells_are_shared_by_both() -> None:
    first = stepped(0, 3, *[MUSIC] * 6)
    last = Chunk(3, 5.75, {"music": 0.1, "speech": 0.9}, {}, steps=(window(2.75, [SPEECH] * 6),))
    np.testing.assert_allclose(joined([first, last]).values[:, 0], [0.9] * 6 + [0.1] * 6, atol=1e-6)
    overlapped = [first, Chunk(1.25, 4.25, {"music": 0.1, "speech": 0.9}, {}, steps=(window(1.25, [SPEECH] * 6),))]
    track = joined(overlapped, 1.25)
    np.testing.assert_allclose(track.values[:4, 0], [0.9, 0.9, (0.9 + 0.1 / 2) / 1.5, 0.5], atol=1e-6)


def test_a_gate_without_steps_has_no_track() -> None:
    assert join_steps([chunk(0, 3, music=0.9, speech=0.1)], DECISIONS, 3.0) is None
    assert join_steps([chunk(0, 3), chunk(3, 6)], DECISIONS, 3.0) is None
    assert join_steps([], DECISIONS, 3.0) is None


def test_an_answer_that_comes_back_without_its_steps_has_no_track_either() -> None:
    decisions = replace(DECISIONS, step_seconds=STEP_SECONDS)
    assert join_steps([chunk(0, 3), chunk(3, 6, music=0.9, speech=0.1)], decisions, 3.0) is None


def test_silence_alone_has_a_track_of_nothing() -> None:
    track = join_steps([chunk(0, 3), chunk(3, 4)], replace(DECISIONS, step_seconds=3 / 19), 3.0)
    assert track is not None
    assert track.values.shape == (26, 2)
    assert np.isnan(track.values).all()


@pytest.mark.parametrize(
    ("seconds", "count"), [(3.0, 19), (3.0009, 19), (3.0011, 20), (3.1, 20), (3600.0, 22_800), (0.01, 1)]
)
def test_the_number_of_steps(seconds: float, count: int) -> None:
    assert step_count(seconds, 3 / 19) == count


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 5))
def test_long_runs_by_the_letter(flags: list[bool], shortest: int) -> None:
    expected = []
    for index, flag in enumerate(flags):
        first, last = index, index
        while first > 0 and flags[first - 1]:
            first -= 1
        while last + 1 < len(flags) and flags[last + 1]:
            last += 1
        expected.append(flag and last - first + 1 >= shortest)
    assert long_runs(np.array(flags, dtype=bool), shortest).tolist() == expected


def test_fifty_thousand_overlapping_chunks_take_no_time() -> None:
    values = np.random.default_rng(0).random((19, 2)).astype(np.float32)
    sounds = np.zeros(19, dtype=bool)
    gate = {"music": 0.5, "speech": 0.5}
    chunks = [
        Chunk(i * 0.1, i * 0.1 + 3, gate, {}, steps=(StepWindow(i * 0.1, 3.0, values, sounds),)) for i in range(50_000)
    ]
    started = time.process_time()
    assert len(joined(chunks, 0.1).values) == step_count(50_000 * 0.1 + 2.9, 3 / 19)
    assert time.process_time() - started < 5
