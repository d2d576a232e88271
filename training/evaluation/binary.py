"""Metrics of one label that holds or does not, over the items where that is known."""

import numpy as np
from numpy.typing import NDArray

from training.evaluation.weighted import Values, WeightedMetric, Weights, ratio

Scores = NDArray[np.float64]
"""(items,)"""
Truth = NDArray[np.float32]
"""(items,): 1 holds, 0 does not, NaN unknown."""


def balanced_accuracy(decided: NDArray[np.bool_], truth: Truth) -> WeightedMetric:
    """Mean of the recalls of both classes; `decided` (items,)."""

    def measure(weights: Weights) -> Values:
        recalls = [
            ratio(weights[:, its & right].sum(axis=1), weights[:, its].sum(axis=1))
            for its, right in ((truth == 1, decided), (truth == 0, ~decided))
        ]
        return (recalls[0] + recalls[1]) / 2

    return measure


def accuracy(decided: NDArray[np.bool_], truth: Truth) -> WeightedMetric:
    """Share of what was decided rightly."""
    known = ~np.isnan(truth)
    return _share(decided == (truth == 1), known)


def recall(decided: NDArray[np.bool_], truth: Truth) -> WeightedMetric:
    """Share of the items with the label that were found."""
    return _share(decided, truth == 1)


def specificity(decided: NDArray[np.bool_], truth: Truth) -> WeightedMetric:
    """Share of the items without the label that were not taken for it."""
    return _share(~decided, truth == 0)


def f1(decided: NDArray[np.bool_], truth: Truth) -> WeightedMetric:
    """Harmonic mean of precision and recall."""

    def measure(weights: Weights) -> Values:
        hits, false, missed = (
            weights[:, its].sum(axis=1)
            for its in (decided & (truth == 1), decided & (truth == 0), ~decided & (truth == 1))
        )
        return np.where(hits + missed > 0, ratio(2 * hits, 2 * hits + false + missed), np.nan)

    return measure


def _share(right: NDArray[np.bool_], among: NDArray[np.bool_]) -> WeightedMetric:
    def measure(weights: Weights) -> Values:
        return ratio(weights[:, right & among].sum(axis=1), weights[:, among].sum(axis=1))

    return measure


def auc(scores: Scores, truth: Truth) -> WeightedMetric:
    """How often an item with the label scores higher than one without; ties count half."""
    positives, negatives = _ranked(scores, truth)
    lower = np.searchsorted(scores[negatives], scores[positives], side="left")
    lower_or_tied = np.searchsorted(scores[negatives], scores[positives], side="right")

    def measure(weights: Weights) -> Values:
        mass = _cumulative(weights, negatives)
        own = weights[:, positives]
        won = np.einsum("dp,dp->d", own, mass[:, lower] + mass[:, lower_or_tied]) / 2
        return ratio(won, own.sum(axis=1) * mass[:, -1])

    return measure


def eer(scores: Scores, truth: Truth) -> WeightedMetric:
    """The share of errors at which both classes are taken for the other equally often; a line between thresholds."""
    positives, negatives = _ranked(scores, truth)
    thresholds = np.append(np.unique(scores[~np.isnan(truth)]), np.inf)
    positives_below = np.searchsorted(scores[positives], thresholds, side="left")
    negatives_below = np.searchsorted(scores[negatives], thresholds, side="left")

    def measure(weights: Weights) -> Values:
        mass, other_mass = _cumulative(weights, positives), _cumulative(weights, negatives)
        missed = ratio(mass[:, positives_below], mass[:, -1:])
        alarms = 1 - ratio(other_mass[:, negatives_below], other_mass[:, -1:])
        # Never falls, from -1 below all scores to 1 above them: the line to its first value >= 0 crosses 0.
        excess = missed - alarms
        right = np.argmax(excess >= 0, axis=1)[:, None]
        excess_left, excess_right = (np.take_along_axis(excess, at, axis=1) for at in (right - 1, right))
        alarms_left, alarms_right = (np.take_along_axis(alarms, at, axis=1) for at in (right - 1, right))
        crossing: Values = alarms_left + excess_left / (excess_left - excess_right) * (alarms_right - alarms_left)
        return crossing[:, 0]

    return measure


def _ranked(scores: Scores, truth: Truth) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the items with the label, and of those without, by rising score."""
    order = np.argsort(scores, kind="stable")
    return order[truth[order] == 1], order[truth[order] == 0]


def _cumulative(weights: Weights, items: NDArray[np.int64]) -> Values:
    """(draws, items + 1): the weight of the first 0, 1, 2 ... items."""
    mass = np.zeros((len(weights), len(items) + 1))
    np.cumsum(weights[:, items], axis=1, out=mass[:, 1:])
    return mass
