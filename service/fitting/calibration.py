"""From logits to answers: a temperature for the probabilities, thresholds for what holds, and when it is `other`.

All of it is fitted on held-out answers: on answers to what was learned from, every head is too sure of itself.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

Values = NDArray[np.float64]
"""(items,)"""

TEMPERATURES = (0.05, 20.0)
"""A fit at either end means that the logits carry no confidence worth scaling."""
THRESHOLDS = (0.05, 0.95)
"""Nearer to 0 or 1 a threshold would rest on a few odd items."""


def fit_temperature(
    logits: NDArray[np.float32],
    targets: NDArray[np.float32],
    weights: Values,
    activation: Literal["softmax", "sigmoid"],
) -> float:
    """The temperature of the least negative log-likelihood.

    `targets` (items, labels): 1 holds, 0 does not, NaN unknown."""

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(logits, targets, weights, activation, float(np.exp(log_temperature)))

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def negative_log_likelihood(
    logits: NDArray[np.float32],
    targets: NDArray[np.float32],
    weights: Values,
    activation: Literal["softmax", "sigmoid"],
    temperature: float,
) -> float:
    """Nats, summed over items by weight; sigmoids: summed over the labels whose truth is known."""
    scaled = logits.astype(np.float64) / temperature
    if activation == "softmax":
        per_item = -(targets * log_softmax(scaled, axis=1)).sum(axis=1)
    else:
        against = np.where(targets == 1, -scaled, scaled)
        per_item = np.where(np.isnan(targets), 0.0, np.logaddexp(0, against)).sum(axis=1)
    return float(per_item @ weights)


def best_threshold(likely: Values, holds: NDArray[np.bool_], weights: Values) -> float:
    """The threshold of the best balanced accuracy: the middle of the widest stretch of thresholds that decide best.

    An item has the label from the threshold on. Both kinds of items are needed."""
    low, high = THRESHOLDS
    edges = np.unique([low, *likely[(low < likely) & (likely < high)], high])
    # All thresholds in (edges[k], edges[k + 1]] decide alike.
    missed, rejected = (_share_below(edges[1:], likely[its], weights[its]) for its in (holds, ~holds))
    gain = rejected - missed
    is_best = np.concatenate([[False], np.isclose(gain, gain.max(), rtol=0, atol=1e-12), [False]])
    starts = np.flatnonzero(is_best[1:] & ~is_best[:-1])
    ends = np.flatnonzero(~is_best[1:] & is_best[:-1])
    widest = np.argmax(edges[ends] - edges[starts])
    return float((edges[starts[widest]] + edges[ends[widest]]) / 2)


def best_f1_threshold(likely: Values, holds: NDArray[np.bool_]) -> float:
    """The threshold of the best F1: for labels that are rare, where balanced accuracy would let too much through."""
    order = np.argsort(-likely, kind="stable")
    hits = np.cumsum(holds[order])
    f1 = 2 * hits / (np.arange(1, len(likely) + 1) + holds.sum())
    f1[:-1][likely[order][:-1] == likely[order][1:]] = 0  # equals are decided alike
    best = int(f1.argmax())
    below = likely[order][best + 1] if best + 1 < len(likely) else 0.0
    return float(np.clip((likely[order][best] + below) / 2, *THRESHOLDS))


def other_below(likely: NDArray[np.float64], truth: NDArray[np.int64], other: int, lost: float = 0.05) -> float:
    """The probability that a known label must reach, or the answer is `other`.

    `likely` (items, labels) and `truth` (items,) are of held-out items, `other` is its index. At the threshold,
    the share `lost` of those whose best known label is right become `other`. Items whose most probable label is `other`
    itself are lost in any case."""
    known = np.delete(np.arange(likely.shape[1]), other)
    best = known[likely[:, known].argmax(axis=1)]
    reached = likely[np.arange(len(best)), best]
    reached = np.where(likely.argmax(axis=1) == other, 0.0, reached)
    right = (truth != other) & (best == truth)
    if not right.any():
        raise ValueError("no held-out item was named rightly; a threshold for `other` needs some that were")
    return float(np.clip(np.quantile(reached[right], lost), 0.001, THRESHOLDS[1]))


def _share_below(edges: Values, likely: Values, weights: Values) -> Values:
    """(edges,): how much of all weight lies below each edge."""
    order = np.argsort(likely)
    below = np.concatenate([[0.0], np.cumsum(weights[order])])
    share: Values = below[np.searchsorted(likely[order], edges, side="left")] / below[-1]
    return share
