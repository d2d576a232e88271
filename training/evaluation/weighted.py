"""Metrics of weighted items, for many weightings at once: resampling is then a matter of other weights.

Every metric is a function of weights, float64 (draws, items), the number of times that each item is there, to values,
float64 (draws,), NaN in a draw where it cannot be computed because only one class is there.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Weights = NDArray[np.float64]
Values = NDArray[np.float64]
WeightedMetric = Callable[[Weights], Values]


def value(metric: WeightedMetric, items: int) -> float | None:
    """The metric over all items, each once; None if it cannot be computed."""
    (only,) = metric(np.ones((1, items))).tolist()
    return None if np.isnan(only) else float(only)


def mean_of(metrics: list[WeightedMetric]) -> WeightedMetric:
    """Over those that can be computed in a draw; NaN where none can."""

    def measure(weights: Weights) -> Values:
        values = np.stack([metric(weights) for metric in metrics])
        return ratio(np.nansum(values, axis=0), np.sum(~np.isnan(values), axis=0).astype(np.float64))

    return measure


def sums(weights: Weights, columns: NDArray[np.int64], width: int, amounts: NDArray[np.float64]) -> Values:
    """(draws, width): each item's weight times its amount, added up in the item's column."""
    items = len(columns)
    table = csr_array((amounts, columns, np.arange(items + 1)), shape=(items, width))
    added: Values = weights @ table
    return added


def ratio(above: Values, below: Values) -> Values:
    """Quotients, NaN where nothing is below."""
    quotients = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=quotients, where=below > 0)
    return quotients
