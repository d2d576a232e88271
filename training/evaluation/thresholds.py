"""Temperature and thresholds, fitted on held-out answers, and judged on groups that the fit has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.fitting import calibration as fitting
from training.evaluation.predictions import Predictions


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


def fit_calibration(
    predictions: Predictions, mixtures: Mixtures | None = None, temperature: float | None = None
) -> Calibration:
    """Thresholds are fitted for sigmoids only, to probabilities of the temperature: a given one, or else fitted too."""
    temperature = temperature or fit_temperature(predictions)
    is_sigmoid = predictions.activation == "sigmoid"
    return Calibration(temperature, fit_thresholds(predictions, temperature, mixtures) if is_sigmoid else {})


def cross_fit(
    predictions: Predictions, mixtures: Mixtures | None = None, temperature: float | None = None
) -> dict[int, Calibration]:
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
        fitted[fold] = fit_calibration(predictions.subset(others), mixed, temperature)
    return fitted


def fit_on_rest(
    judged: Predictions, known: Predictions, mixtures: Mapping[str, Mixtures], temperature: float | None = None
) -> dict[int, Calibration]:
    """For each fold of `judged`, which is a corpus, the calibration from all that is known of the others.

    `mixtures` are by corpus, and have nothing of it."""
    fitted = {}
    for fold in np.unique(judged.folds).tolist():
        mine = judged.subset(judged.folds == fold)
        rest = known.subset(~np.isin(np.array(known.groups), np.array(mine.groups)))
        fitted[fold] = fit_calibration(rest, mixtures.get(mine.corpora[0]), temperature)
    return fitted


def _others(predictions: Predictions, fold: int, judged: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(files,): those of other folds; unless the split leaks by design, of other groups than `judged`, too."""
    others: NDArray[np.bool_] = predictions.folds != fold
    return others if predictions.leaks else others & ~np.isin(np.array(predictions.groups), judged)


def fit_temperature(predictions: Predictions) -> float:
    """Over chunks, in which every file counts the same, however long."""
    truth = predictions.targets[predictions.chunk_files]
    return fitting.fit_temperature(predictions.chunk_logits, truth, _shares(predictions), predictions.activation)


def negative_log_likelihood(predictions: Predictions, temperature: float) -> float:
    """Nats a file: mean over its chunks; sigmoids: summed over the labels whose truth is known."""
    truth = predictions.targets[predictions.chunk_files]
    shares = _shares(predictions)
    return fitting.negative_log_likelihood(predictions.chunk_logits, truth, shares, predictions.activation, temperature)


def _shares(predictions: Predictions) -> NDArray[np.float64]:
    """(chunks,): of all, with every file the same."""
    return 1 / predictions.chunks_per_file[predictions.chunk_files] / len(predictions.names)


def fit_thresholds(predictions: Predictions, temperature: float, mixtures: Mixtures | None = None) -> dict[str, float]:
    """The best balanced accuracy over files, label by label; a label has none if only one of its classes is known.

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
        known = ~np.isnan(truth)
        fitted[label] = fitting.best_threshold(likely[known], truth[known] == 1, weights[known])
    return fitted


class _Judged:
    """Answers with their probabilities, and weights that are the same for every group."""

    def __init__(self, predictions: Predictions, temperature: float) -> None:
        _, members, sizes = np.unique(predictions.groups, return_inverse=True, return_counts=True)
        self.likely = predictions.file_probabilities(temperature)
        self.targets = predictions.targets
        self.weights = 1 / sizes[members]
