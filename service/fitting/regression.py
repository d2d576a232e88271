"""Regularised logistic regression on standardised features: one label of many, or several that hold by themselves.

The objective is scikit-learn's: `strength` (its C) times the summed losses, plus half the sum of the squared weights.
The offsets are free. It has one optimum, which L-BFGS finds from zero, so the same data always gives the same head.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

Features = NDArray[np.float32]
"""(items, width)"""
Weights = NDArray[np.float64]
"""(items,), at least 0: how much each item counts."""

MOST_ITERATIONS = 2_000
"""It converges in some hundred; features that tell everything take longer."""
GRADIENT_TOLERANCE = 2e-5
"""Limit for the largest entry of the gradient, for an objective that was divided by `strength` and by all weight."""
FALL_TOLERANCE = 1e-7
"""Fall of the objective, relative, from one iteration to the next."""
STRENGTH = 0.01
"""Suits embeddings of some hundred numbers and hundreds of items per label; fewer items bear more."""

_Loss = Callable[[NDArray[np.float32]], tuple[float, NDArray[np.float32]]]
"""Logits (items, labels) -> the summed loss, and its derivative by each logit."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """Logits are features @ weights + offset. The standardisation is part of both."""

    weights: NDArray[np.float32]
    """(width, labels)"""
    offset: NDArray[np.float32]
    """(labels,)"""

    def logits(self, features: Features) -> NDArray[np.float32]:
        """(items, width) -> (items, labels)"""
        return features @ self.weights + self.offset


def fit_softmax(
    features: Features,
    targets: NDArray[np.int64],
    labels: int,
    *,
    strength: float = STRENGTH,
    weights: Weights | None = None,
    balance: float = 1.0,
) -> LinearHead:
    """Exactly one label holds for each item: `targets` (items,), from 0 to `labels` - 1.

    `balance` 1 lets all labels count the same, 0 by the weight of their items; between them lie powers of it."""
    counted = _checked(features, len(targets), weights)
    if len(targets) and not (targets.min() >= 0 and targets.max() < labels):
        raise ValueError(f"targets go from {targets.min()} to {targets.max()}; there are {labels} labels, from 0 on")
    holds = targets[:, None] == np.arange(labels)
    counted = counted * _balancing((holds * counted[:, None]).sum(axis=0), balance)[targets]
    column, rows = counted.astype(np.float32)[:, None], np.arange(len(targets))

    def loss(logits: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        log_likely = logits - logsumexp(logits, axis=1, keepdims=True)
        total = -float(log_likely[rows, targets].astype(np.float64) @ counted)
        return total, column * (np.exp(log_likely) - holds)

    return _fitted(features, labels, loss, counted, strength)


def fit_sigmoid(
    features: Features,
    targets: NDArray[np.float32],
    *,
    strength: float = STRENGTH,
    weights: Weights | None = None,
    balance: float = 1.0,
) -> LinearHead:
    """Each label holds or not by itself: `targets` (items, labels) are 1, 0, or NaN where nothing is known.

    `balance` 1 lets those with a label count as much as those without it, for each label."""
    counted = _checked(features, len(targets), weights)
    holds, known = targets == 1, ~np.isnan(targets)
    each = known * counted[:, None]
    for column in range(targets.shape[1]):
        sides = np.array([each[~holds[:, column], column].sum(), each[holds[:, column], column].sum()])
        each[:, column] *= _balancing(sides, balance)[holds[:, column].astype(np.int64)]
    signs, factors = np.where(holds, np.float32(-1), np.float32(1)), each.astype(np.float32)

    def loss(logits: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        against = signs * logits
        total = float((np.logaddexp(0, against) * factors).sum(dtype=np.float64))
        return total, factors * signs * expit(against)

    return _fitted(features, targets.shape[1], loss, counted, strength)


def _checked(features: Features, items: int, weights: Weights | None) -> Weights:
    if len(features) != items or not items:
        raise ValueError(f"there are {len(features)} items with features and {items} with targets; give each both")
    if not np.isfinite(features).all():
        raise ValueError(f"{np.sum(~np.isfinite(features))} features are not finite")
    counted = np.ones(items) if weights is None else np.asarray(weights, np.float64)
    if counted.shape != (items,) or not (counted >= 0).all() or not counted.any():
        raise ValueError(f"weights have shape {counted.shape}; {(items,)} is needed, at least 0, and not all 0")
    return counted


def _balancing(mass: NDArray[np.float64], balance: float) -> NDArray[np.float64]:
    """Factors for classes of this `mass`; a class without any has no say in them."""
    there = mass > 0
    even = mass[there].sum() / there.sum()
    return np.where(there, (even / np.where(there, mass, 1.0)) ** balance, 1.0)


def _fitted(features: Features, labels: int, loss: _Loss, counted: Weights, strength: float) -> LinearHead:
    width, mass = features.shape[1], counted.sum()
    mean = counted @ features / mass
    spread = np.sqrt(np.maximum(counted @ features.astype(np.float64) ** 2 / mass - mean**2, 0.0))
    spread[spread < 1e-6 * np.maximum(1.0, np.abs(mean))] = 0  # a constant feature tells nothing
    scale = np.where(spread > 0, spread, 1.0)
    known = ((features - mean) / scale).astype(np.float32)
    known[:, spread == 0] = 0
    penalty = 1 / (strength * mass)

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat.reshape(width + 1, labels)
        slopes = matrix[:-1].astype(np.float32)
        total, by_logit = loss(known @ slopes + matrix[-1].astype(np.float32))
        gradient = np.vstack([known.T @ by_logit, by_logit.sum(axis=0)]) / mass
        gradient[:-1] += penalty * matrix[:-1]
        return total / mass + penalty / 2 * float((matrix[:-1] ** 2).sum()), gradient.ravel().astype(np.float64)

    options = {"maxiter": MOST_ITERATIONS, "gtol": GRADIENT_TOLERANCE, "ftol": FALL_TOLERANCE}
    found = minimize(objective, np.zeros((width + 1) * labels), jac=True, method="L-BFGS-B", options=options)
    matrix = found.x.reshape(width + 1, labels)
    slopes = matrix[:-1] / scale[:, None]
    return LinearHead(slopes.astype(np.float32), (matrix[-1] - mean @ slopes).astype(np.float32))
