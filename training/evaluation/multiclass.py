"""Metrics of labels of which exactly one holds. `truth` and `said` are int64 (items,), indices of labels."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.evaluation.binary import auc
from training.evaluation.weighted import Values, WeightedMetric, Weights, mean_of, ratio, sums

Indices = NDArray[np.int64]


def confusion(truth: Indices, said: Indices, labels: int) -> NDArray[np.int64]:
    """int64 (labels, labels): how many items of each true label (row) were called what (column)."""
    return np.bincount(truth * labels + said, minlength=labels**2).reshape(labels, labels)


def accuracy(truth: Indices, said: Indices, labels: int) -> WeightedMetric:
    def share(counts: Values) -> Values:
        return ratio(np.trace(counts, axis1=1, axis2=2), counts.sum(axis=(1, 2)))

    return _of_confusion(truth, said, labels, share)


def balanced_accuracy(truth: Indices, said: Indices, labels: int) -> WeightedMetric:
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
