"""Steps that come back with an answer, held to what the gate of this service says of such a sound."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from service.errors import UnsuitableAnswer
from service.http.given_answer import GivenSteps
from service.inference.lineup import Lineup
from service.types import Chunk, StepTrack

_SLACK_SECONDS: Final = 0.002
"""Times are written to the millisecond."""
_STEP_SLACK_SECONDS: Final = 2e-6
"""`step_seconds` is written to the microsecond."""


def check_steps(given: GivenSteps | None, chunks: Sequence[Chunk], lineup: Lineup) -> StepTrack | None:
    """On the gate's exact grid, labels in its order. `chunks` were checked before. Raises UnsuitableAnswer."""
    if given is None:
        return None
    step_seconds = lineup.decisions.step_seconds
    if step_seconds is None:
        raise UnsuitableAnswer("steps is there, but the gate that `models` names speaks per chunk. Leave steps out.")
    if not abs(given.step_seconds - step_seconds) <= _STEP_SLACK_SECONDS:
        raise UnsuitableAnswer(
            f"steps.step_seconds is {given.step_seconds:g}; a step of this gate lasts {step_seconds:.6f} s."
        )
    start, end = chunks[0].start, chunks[-1].end
    if not abs(given.start - start) <= _SLACK_SECONDS:
        raise UnsuitableAnswer(f"steps.start is {given.start:g}; the first chunk starts at {start:g}.")
    labels = lineup.labels["gate"]
    if given.probabilities.keys() != set(labels):
        raise UnsuitableAnswer(
            f"steps.probabilities has the labels {', '.join(given.probabilities) or 'of nothing':.120}; "
            f"those of the gate are {', '.join(labels):.200}."
        )
    _check_lengths(given, end - start, step_seconds)
    values = np.stack([given.probabilities[label] for label in labels], axis=1)
    missing = np.isnan(values)
    (partly,) = np.nonzero(missing.any(axis=1) & ~missing.all(axis=1))
    if len(partly):
        raise UnsuitableAnswer(
            f"steps.probabilities has null at {partly[0]} for some labels only; where it is silent, all are null."
        )
    return StepTrack(start, step_seconds, labels, values)


def _check_lengths(given: GivenSteps, seconds: float, step_seconds: float) -> None:
    """Steps cover the chunks, and the last one begins before these end."""
    slack = _SLACK_SECONDS / step_seconds
    lengths = {label: len(values) for label, values in given.probabilities.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{length} of {label:.80}" for label, length in lengths.items())
        raise UnsuitableAnswer(f"steps.probabilities has as many values of each label; here there are {told:.200}.")
    least = max(1, math.ceil(seconds / step_seconds - slack))
    most = math.floor(seconds / step_seconds + slack) + 1
    for label, values in given.probabilities.items():
        if not least <= len(values) <= most:
            raise UnsuitableAnswer(
                f"steps.probabilities.{label:.80} has {len(values)} values; "
                f"{least} steps of {step_seconds:.6f} s cover the {seconds:.3f} s of the chunks."
            )
