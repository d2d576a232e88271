"""Expected calibration error: how far stated probabilities are from how often they come true."""

import numpy as np
from numpy.typing import NDArray

from training.evaluation.weighted import Values, WeightedMetric, Weights, ratio, sums

BINS = 15
"""Of equal width over [0, 1], as in most papers, so that the numbers can be compared."""


def bins_of(stated: NDArray[np.float64]) -> NDArray[np.int64]:
    """int64, 0 to BINS - 1: bin k holds probabilities over k / BINS up to and with (k + 1) / BINS."""
    upper_edges = np.arange(1, BINS) / BINS
    return np.searchsorted(upper_edges, stated, side="left").astype(np.int64)


def calibration_error(stated: NDArray[np.float64], came_true: NDArray[np.float32]) -> WeightedMetric:
    """Mean over items of |mean stated - share that came true| of their bin.

    `stated` (items,) in [0, 1]; `came_true` (items,), 1 or 0, NaN for items that do not count.
    """
    known = np.flatnonzero(~np.isnan(came_true))
    bins, excess = bins_of(stated[known]), stated[known] - came_true[known]

    def measure(weights: Weights) -> Values:
        own = weights[:, known]
        return ratio(np.abs(sums(own, bins, BINS, excess)).sum(axis=1), own.sum(axis=1))

    return measure
