"""Temperature and thresholds, fitted on held-out answers, and judged on groups that the fit has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from training.evaluation.predictions import Predictions

TEMPERATURES = (0.05, 20.0)
"""A fit at either end means that the logits carry no confidence worth scaling."""
THRESHOLDS = (0.05, 0.95)
"""Nearer to 0 or 1 a threshold would rest on a few odd files."""


class CalibrationError(Exception):
    """Nothing is left to calibrate on. Says why."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """As in the manifest: logits are divided by `temperature`; 0.5 for a label without threshold."""

    temperature: float = 1.0
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mixtures:
    """Held-out answers to two sounds at once."""

    answers: Predictions
    share: float
    """What part of the weight of all that holds a label they are, where its threshold is fitted."""

    def subset(self, mask: NDArray[np.bool_]) -> "Mixtures | None":
        return Mixtures(self.answers.subset(mask), self.share) if mask.any() else None


def fit_calibration(predictions: Predictions, mixtures: Mixtures | None = None) -> Calibration:
    """Thresholds are fitted for sigmoids only, to probabilities of the fitted temperature."""
    temperature = fit_temperature(predictions)
    is_sigmoid = predictions.activation == "sigmoid"
    return Calibration(temperature, fit_thresholds(predictions, temperature, mixtures) if is_sigmoid else {})


def cross_fit(predictions: Predictions, mixtures: Mixtures | None = None) -> dict[int, Calibration]:
    """For each fold the calibration from the files of the other folds.

    Unless the split leaks by design, files of a group that the fold has too are left out of its fit.
    """
    groups = np.array(predictions.groups)
    fitted = {}
    for fold in np.unique(predictions.folds).tolist():
        judged = groups[predictions.folds == fold]
        others = _others(predictions, fold, judged)
        if not others.any():
            raise CalibrationError(
                f"Fold {fold} has no other groups to calibrate on; cross-fitting needs two folds at least, and there "
                f"are {len(np.unique(predictions.folds))} with {len(set(predictions.groups))} groups."
            )
        mixed = mixtures and mixtures.subset(_others(mixtures.answers, fold, judged))
        fitted[fold] = fit_calibration(predictions.subset(others), mixed)
    return fitted


def fit_on_rest(judged: Predictions, known: Predictions, mixtures: Mapping[str, Mixtures]) -> dict[int, Calibration]:
    """For each fold of `judged`, which is a corpus, the calibration from all that is known of the others.

    `mixtures` are by corpus, and have nothing of it."""
    fitted = {}
    for fold in np.unique(judged.folds).tolist():
        mine = judged.subset(judged.folds == fold)
        rest = known.subset(~np.isin(np.array(known.groups), np.array(mine.groups)))
        fitted[fold] = fit_calibration(rest, mixtures.get(mine.corpora[0]))
    return fitted


def _others(predictions: Predictions, fold: int, judged: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(files,): those of other folds; unless the split leaks by design, of other groups than `judged`, too."""
    others: NDArray[np.bool_] = predictions.folds != fold
    return others if predictions.leaks else others & ~np.isin(np.array(predictions.groups), judged)


def fit_temperature(predictions: Predictions) -> float:
    """Of the least negative log-likelihood over chunks, in which every file counts the same, however long."""

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(predictions, float(np.exp(log_temperature)))

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def negative_log_likelihood(predictions: Predictions, temperature: float) -> float:
    """Nats a file: mean over its chunks; sigmoids: summed over the labels whose truth is known."""
    scaled = predictions.chunk_logits.astype(np.float64) / temperature
    truth = predictions.targets[predictions.chunk_files]
    if predictions.activation == "softmax":
        per_chunk = -(truth * log_softmax(scaled, axis=1)).sum(axis=1)
    else:
        against = np.where(truth == 1, -scaled, scaled)
        per_chunk = np.where(np.isnan(truth), 0.0, np.logaddexp(0, against)).sum(axis=1)
    share = 1 / predictions.chunks_per_file[predictions.chunk_files]
    return float(per_chunk @ share / len(predictions.names))


def fit_thresholds(predictions: Predictions, temperature: float, mixtures: Mixtures | None = None) -> dict[str, float]:
    """The best balanced accuracy over files, label by label; labels of which one class is known only have none.

    Every group counts the same: one recording in two hundred slices must not rule."""
    files, mixed = _Judged(predictions, temperature), mixtures and _Judged(mixtures.answers, temperature)
    fitted = {}
    for column, label in enumerate(predictions.labels):
        likely, truth, weights = files.likely[:, column], files.targets[:, column], files.weights
        if not {0.0, 1.0} <= set(truth.tolist()):
            continue
        if mixtures and mixed:
            holds = mixed.targets[:, column] == 1
            more = mixed.weights[holds] / mixed.weights[holds].sum() * weights[truth == 1].sum()
            more *= mixtures.share / (1 - mixtures.share)
            likely, truth = np.append(likely, mixed.likely[holds, column]), np.append(truth, np.ones(holds.sum()))
            weights = np.append(weights, more)
        fitted[label] = _best_threshold(likely, truth, weights)
    return fitted


class _Judged:
    """Answers with their probabilities, and weights that are the same for every group."""

    def __init__(self, predictions: Predictions, temperature: float) -> None:
        _, members, sizes = np.unique(predictions.groups, return_inverse=True, return_counts=True)
        self.likely = predictions.file_probabilities(temperature)
        self.targets = predictions.targets
        self.weights = 1 / sizes[members]


def _best_threshold(likely: NDArray[np.float64], truth: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    """The middle of the widest stretch of thresholds that decide best; a file has the label from the threshold on."""
    low, high = THRESHOLDS
    edges = np.unique([low, *likely[(low < likely) & (likely < high)], high])
    # All thresholds in (edges[k], edges[k + 1]] decide alike.
    missed, rejected = (_share_below(edges[1:], likely[its], weights[its]) for its in (truth == 1, truth == 0))
    gain = rejected - missed
    is_best = np.concatenate([[False], np.isclose(gain, gain.max(), rtol=0, atol=1e-12), [False]])
    starts = np.flatnonzero(is_best[1:] & ~is_best[:-1])
    ends = np.flatnonzero(~is_best[1:] & is_best[:-1])
    widest = np.argmax(edges[ends] - edges[starts])
    return float((edges[starts[widest]] + edges[ends[widest]]) / 2)


def _share_below(
    edges: NDArray[np.float64], likely: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(edges,): how much of all weight lies below each edge."""
    order = np.argsort(likely)
    below = np.concatenate([[0.0], np.cumsum(weights[order])])
    share: NDArray[np.float64] = below[np.searchsorted(likely[order], edges, side="left")] / below[-1]
    return share
