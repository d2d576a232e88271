"""Scores of step answers on strung programmes: time right, changes found, false changes, F1 per label in time.

Answers are smoothed as the service smooths them, so that what is measured is what serves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.outcomes import Outcome, Outcomes, combinations
from service.timeline.segments import LOG_FLOOR
from service.timeline.viterbi import best_path
from training.ear.strings import HOLDS, LABELS, STEP_SECONDS, StringSpan

NEAR_SECONDS = 0.5
"""A change is found if the model reports one this near to it; a reported change with none so near is false."""
COSTS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0)
MAX_FALSE = 0.20
HALVES = dict.fromkeys(LABELS, 0.5)
"""The thresholds where no others are given."""
_TICKS_PER_SECOND = 100


@dataclass(frozen=True, slots=True)
class ProgrammeScores:
    """Scores of one programme, or of several together (`pooled`)."""

    seconds: float
    seconds_right: float
    """With every label right."""
    changes: int
    changes_found: int
    changes_told: int
    changes_false: int
    errors: tuple[float, ...]
    """Seconds from each true change to the nearest that was reported."""
    hits: tuple[float, ...]
    """Per label: seconds said rightly; `misses` were not said, `alarms` said wrongly."""
    misses: tuple[float, ...]
    alarms: tuple[float, ...]

    @property
    def time_right(self) -> float:
        return self.seconds_right / self.seconds

    @property
    def found(self) -> float:
        return self.changes_found / max(1, self.changes)

    @property
    def false(self) -> float:
        """Against the number of true ones."""
        return self.changes_false / max(1, self.changes)

    @property
    def median_error(self) -> float:
        return float(np.median(self.errors)) if self.errors else 0.0

    @property
    def f1(self) -> tuple[float, ...]:
        """Per label, in time."""
        return tuple(
            2 * hit / max(1e-9, 2 * hit + miss + alarm)
            for hit, miss, alarm in zip(self.hits, self.misses, self.alarms, strict=True)
        )


def scores_of(
    probabilities: NDArray[np.floating],
    spans: Sequence[StringSpan],
    cost: float,
    thresholds: Mapping[str, float] = HALVES,
) -> ProgrammeScores:
    """`probabilities` (windows, STEPS, 2) or (steps, 2), of LABELS; the spans are the truth; `cost` nats a change."""
    answers = _smoothed(probabilities, cost, thresholds)
    seconds = min(len(answers) * STEP_SECONDS, spans[-1].end)
    reported = [step * STEP_SECONDS for step in range(1, len(answers)) if (answers[step] != answers[step - 1]).any()]
    true = [
        later.start
        for earlier, later in pairwise(spans)
        if HOLDS[earlier.kind] != HOLDS[later.kind] and later.start < seconds
    ]
    errors = [_distance(change, reported, seconds) for change in true]
    times = (np.arange(int(seconds * _TICKS_PER_SECOND)) + 0.5) / _TICKS_PER_SECOND
    said = answers[np.minimum((times / STEP_SECONDS).astype(np.intp), len(answers) - 1)]
    ends = np.array([span.end for span in spans])
    holds = np.array([HOLDS[span.kind] for span in spans]) > 0.5
    truth = holds[np.minimum(np.searchsorted(ends, times, side="right"), len(spans) - 1)]
    return ProgrammeScores(
        seconds=len(times) / _TICKS_PER_SECOND,
        seconds_right=float((said == truth).all(axis=1).sum() / _TICKS_PER_SECOND),
        changes=len(true),
        changes_found=sum(error <= NEAR_SECONDS for error in errors),
        changes_told=len(reported),
        changes_false=sum(_distance(change, true, seconds) > NEAR_SECONDS for change in reported),
        errors=tuple(errors),
        hits=_seconds(said & truth),
        misses=_seconds(~said & truth),
        alarms=_seconds(said & ~truth),
    )


def pooled(scores: Sequence[ProgrammeScores]) -> ProgrammeScores:
    """Scores of all programmes as if they were one."""

    def per_label(values: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
        return tuple(sum(column) for column in zip(*values, strict=True))

    return ProgrammeScores(
        seconds=sum(one.seconds for one in scores),
        seconds_right=sum(one.seconds_right for one in scores),
        changes=sum(one.changes for one in scores),
        changes_found=sum(one.changes_found for one in scores),
        changes_told=sum(one.changes_told for one in scores),
        changes_false=sum(one.changes_false for one in scores),
        errors=tuple(error for one in scores for error in one.errors),
        hits=per_label([one.hits for one in scores]),
        misses=per_label([one.misses for one in scores]),
        alarms=per_label([one.alarms for one in scores]),
    )


def by_cost(
    answers: Sequence[NDArray[np.floating]],
    truths: Sequence[Sequence[StringSpan]],
    costs: Sequence[float] = COSTS,
    thresholds: Mapping[str, float] = HALVES,
) -> dict[float, ProgrammeScores]:
    """All programmes together, for each cost of a change."""
    pairs = list(zip(answers, truths, strict=True))
    return {cost: pooled([scores_of(answer, spans, cost, thresholds) for answer, spans in pairs]) for cost in costs}


def best_cost(scores: dict[float, ProgrammeScores]) -> float:
    """The one with most time right and changes found, of those with at most MAX_FALSE false ones, if there are any."""
    allowed = {cost: one for cost, one in scores.items() if one.false <= MAX_FALSE} or scores
    return max(allowed, key=lambda cost: allowed[cost].time_right + allowed[cost].found)


def _smoothed(probabilities: NDArray[np.floating], cost: float, thresholds: Mapping[str, float]) -> NDArray[np.bool_]:
    """bool (steps, 2): the most probable path through the four states, as the service finds it."""
    truths = combinations(LABELS, exclusive=False)
    ordered = {label: thresholds.get(label, HALVES[label]) for label in LABELS}
    outcomes = Outcomes(tuple(Outcome("", "", None, truth) for truth in truths), ordered, exclusive=False)
    weights = outcomes.decisive_weights(probabilities.reshape(-1, len(LABELS)))
    states = np.array([[truth[label] for label in LABELS] for truth in truths])
    answers: NDArray[np.bool_] = states[best_path(np.log(np.maximum(weights, LOG_FLOOR)), cost)]
    return answers


def _distance(time: float, others: Sequence[float], most: float) -> float:
    return min((abs(time - other) for other in others), default=most)


def _seconds(ticks: NDArray[np.bool_]) -> tuple[float, ...]:
    return tuple((ticks.sum(axis=0) / _TICKS_PER_SECOND).tolist())
