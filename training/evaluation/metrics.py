"""The metrics, functions of weights: for one label that holds or does not, for labels that exclude each other,
and of stated probabilities."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.evaluation.bootstrap import Values, WeightedMetric, Weights, mean_of, ratio, sums

ItemScores = NDArray[np.float64]
"""(items,), of one label."""
Truth = NDArray[np.float32]
"""(items,): 1 holds, 0 does not, NaN unknown."""
Indices = NDArray[np.int64]
"""(items,), indices of labels that exclude each other."""
BINS = 15
"""Bins of equal width over [0, 1], as in most papers, so that the numbers can be compared."""


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


def auc(scores: ItemScores, truth: Truth) -> WeightedMetric:
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


def eer(scores: ItemScores, truth: Truth) -> WeightedMetric:
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


def _ranked(scores: ItemScores, truth: Truth) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the items with the label, and of those without, by rising score."""
    order = np.argsort(scores, kind="stable")
    return order[truth[order] == 1], order[truth[order] == 0]


def _cumulative(weights: Weights, items: NDArray[np.int64]) -> Values:
    """(draws, items + 1): the weight of the first 0, 1, 2 ... items."""
    mass = np.zeros((len(weights), len(items) + 1))
    np.cumsum(weights[:, items], axis=1, out=mass[:, 1:])
    return mass


def confusion_counts(truth: Indices, said: Indices, labels: int) -> NDArray[np.int64]:
    """int64 (labels, labels): how many items of each true label (row) were called what (column)."""
    return np.bincount(truth * labels + said, minlength=labels**2).reshape(labels, labels)


def multiclass_accuracy(truth: Indices, said: Indices, labels: int) -> WeightedMetric:
    def share(counts: Values) -> Values:
        return ratio(np.trace(counts, axis1=1, axis2=2), counts.sum(axis=(1, 2)))

    return _of_confusion(truth, said, labels, share)


def multiclass_balanced_accuracy(truth: Indices, said: Indices, labels: int) -> WeightedMetric:
    """Mean recall of the labels that occur, two at least."""

    def mean_recall(counts: Values) -> Values:
        recalls = ratio(np.diagonal(counts, axis1=1, axis2=2), counts.sum(axis=2))
        return _mean_if_classes(recalls, counts)

    return _of_confusion(truth, said, labels, mean_recall)


def macro_f1(truth: Indices, said: Indices, labels: int) -> WeightedMetric:
    """Mean F1 of the labels that occur or are said, if two at least occur."""

    def mean_f1(counts: Values) -> Values:
        hits = np.diagonal(counts, axis1=1, axis2=2)
        return _mean_if_classes(ratio(2 * hits, counts.sum(axis=1) + counts.sum(axis=2)), counts)

    return _of_confusion(truth, said, labels, mean_f1)


def macro_auc(probabilities: NDArray[np.float64], truth: Indices) -> WeightedMetric:
    """Mean over labels of the AUC of each against the rest, where both occur; `probabilities` (items, labels)."""
    labels = range(probabilities.shape[1])
    return mean_of([auc(probabilities[:, label], (truth == label).astype(np.float32)) for label in labels])


def _of_confusion(truth: Indices, said: Indices, labels: int, summary: Callable[[Values], Values]) -> WeightedMetric:
    cells, ones = truth * labels + said, np.ones(len(truth))

    def measure(weights: Weights) -> Values:
        return summary(sums(weights, cells, labels**2, ones).reshape(-1, labels, labels))

    return measure


def _mean_if_classes(per_label: Values, counts: Values) -> Values:
    """Mean over the labels that have a value, NaN in draws with fewer than two true classes."""
    has_value = ~np.isnan(per_label)
    means = ratio(np.nansum(per_label, axis=1), has_value.sum(axis=1).astype(np.float64))
    return np.where((counts.sum(axis=2) > 0).sum(axis=1) > 1, means, np.nan)


def bins_of(stated: NDArray[np.float64]) -> NDArray[np.int64]:
    """int64, 0 to BINS - 1: bin k holds probabilities over k / BINS up to and with (k + 1) / BINS."""
    upper_edges = np.arange(1, BINS) / BINS
    return np.searchsorted(upper_edges, stated, side="left").astype(np.int64)


def calibration_error(stated: NDArray[np.float64], came_true: NDArray[np.float32]) -> WeightedMetric:
    """Expected calibration error: how far stated probabilities are from how often they come true.

    Mean over items of |mean stated - share that came true| of their bin.

    `stated` (items,) in [0, 1]; `came_true` (items,), 1 or 0, NaN for items that do not count.
    """
    known = np.flatnonzero(~np.isnan(came_true))
    bins, excess = bins_of(stated[known]), stated[known] - came_true[known]

    def measure(weights: Weights) -> Values:
        own = weights[:, known]
        return ratio(np.abs(sums(own, bins, BINS, excess)).sum(axis=1), own.sum(axis=1))

    return measure
