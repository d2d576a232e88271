"""Steps that come back are those of the gate for these chunks, or are refused with the place and the reason."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import UnsuitableAnswer
from service.formats.rounding import to_millionths, to_milliseconds
from service.grid import Grid
from service.http.given_answer import GivenSteps
from service.http.rewrite import check_steps
from service.timeline.steps import step_count
from service.types import Chunk
from tests.http.test_given_chunks import SERVED

STEP = 3 / 19
SERVED_IN_STEPS = replace(SERVED, decisions=replace(SERVED.decisions, step_seconds=STEP))
CHUNKS = [Chunk(0, 3, None, {"genre": None}), Chunk(3, 6, None, {"genre": None})]
NAN = float("nan")


def steps(
    music: Sequence[float], speech: Sequence[float], start: float = 0.0, step_seconds: float = to_millionths(STEP)
) -> GivenSteps:
    probabilities = {"music": np.array(music, np.float32), "speech": np.array(speech, np.float32)}
    return GivenSteps(start, step_seconds, probabilities)


@given(st.floats(0.1, 3.0), st.floats(0.005, 2_000), st.sampled_from([0.0, 4.567, 1 / 3]))
def test_every_grid_that_was_written_is_taken(hop: float, total: float, start: float) -> None:
    grid = Grid(3.0, hop)
    first, last = grid.span(0, total), grid.span(grid.count(total) - 1, total)
    chunks = [
        Chunk(to_milliseconds(start + one.start), to_milliseconds(start + one.end), None, {"genre": None})
        for one in (first, last)
    ]
    count = step_count(last.end - first.start, STEP)
    track = check_steps(steps([0.5] * count, [0.5] * count, to_milliseconds(start)), chunks, SERVED_IN_STEPS)
    assert track is not None
    assert track.step_seconds == STEP
    assert track.start == chunks[0].start
    assert track.values.shape == (count, 2)


def test_labels_come_in_the_order_of_the_gate_and_null_is_silence() -> None:
    music, speech = [0.9] * 37 + [NAN], [0.1] * 37 + [NAN]
    turned = steps(music, speech)
    turned = replace(turned, probabilities=dict(reversed(turned.probabilities.items())))
    track = check_steps(turned, CHUNKS, SERVED_IN_STEPS)
    assert track is not None
    assert track.labels == ("music", "speech")
    np.testing.assert_array_equal(track.values, np.array([music, speech], np.float32).T)


def test_an_answer_without_steps_has_none() -> None:
    assert check_steps(None, CHUNKS, SERVED_IN_STEPS) is None
    assert check_steps(None, CHUNKS, SERVED) is None


MANY = [0.5] * 38


@pytest.mark.parametrize(
    ("given_steps", "words"),
    [
        (steps(MANY, MANY, step_seconds=0.2), ["steps.step_seconds is 0.2", "0.157895 s"]),
        (steps(MANY, MANY, start=1.0), ["steps.start is 1", "starts at 0"]),
        (steps(MANY[:-2], MANY[:-2]), ["steps.probabilities.music has 36 values", "38 steps", "6.000 s"]),
        (steps(MANY, [*MANY, 0.5]), ["as many values of each label", "38 of music, 39 of speech"]),
        (steps([], []), ["steps.probabilities.music has 0 values"]),
        (steps([0.5] * 40, [0.5] * 40), ["music has 40 values"]),
        (steps([NAN, *MANY[1:]], MANY), ["null at 0 for some labels only"]),
        (replace(steps(MANY, MANY), probabilities={}), ["the labels of nothing", "music, speech"]),
        (
            replace(steps(MANY, MANY), probabilities={"music": np.zeros(38, np.float32)}),
            ["the labels music", "music, speech"],
        ),
    ],
)
def test_what_does_not_fit_is_named(given_steps: GivenSteps, words: list[str]) -> None:
    with pytest.raises(UnsuitableAnswer) as caught:
        check_steps(given_steps, CHUNKS, SERVED_IN_STEPS)
    for word in words:
        assert word in caught.value.detail


def test_a_gate_that_speaks_per_chunk_has_no_steps() -> None:
    with pytest.raises(UnsuitableAnswer, match=r"steps is there, but the gate .* speaks per chunk"):
        check_steps(steps(MANY, MANY), CHUNKS, SERVED)
