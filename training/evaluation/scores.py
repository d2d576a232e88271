"""What is judged: calibrated probabilities of files or of chunks, what was decided, and what is true."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.calibration import Calibration
from training.evaluation.predictions import Activation, Predictions

Calibrations = Mapping[int, Calibration]
"""By fold: what is applied to the files that were held out in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Items are files or chunks."""

    labels: tuple[str, ...]
    activation: Activation
    probabilities: NDArray[np.float64]
    """(items, labels) in [0, 1]"""
    decided: NDArray[np.bool_]
    """(items, labels): softmax: the one label that is likeliest; sigmoid: those that reach their threshold."""
    targets: NDArray[np.float32]
    """(items, labels): 1 holds, 0 does not, NaN unknown."""
    groups: NDArray[np.str_]
    """(items,)"""

    @property
    def truth(self) -> NDArray[np.int64]:
        """(items,), index of the one label that holds; of softmax answers only."""
        assert self.activation == "softmax"
        truth: NDArray[np.int64] = np.argmax(self.targets, axis=1)
        return truth

    @property
    def said(self) -> NDArray[np.int64]:
        """(items,), index of the likeliest label; of softmax answers only."""
        assert self.activation == "softmax"
        said: NDArray[np.int64] = np.argmax(self.decided, axis=1)
        return said


def score_files(predictions: Predictions, calibrations: Calibrations) -> Scores:
    every_file = np.arange(len(predictions.names))
    temperatures = _temperatures(predictions, calibrations)
    return _scores(predictions, calibrations, predictions.file_probabilities(temperatures), every_file)


def score_chunks(predictions: Predictions, calibrations: Calibrations) -> Scores:
    """Every chunk with the truth of its file."""
    temperatures = _temperatures(predictions, calibrations)
    return _scores(predictions, calibrations, predictions.probabilities(temperatures), predictions.chunk_files)


def _scores(
    predictions: Predictions, calibrations: Calibrations, likely: NDArray[np.float64], files: NDArray[np.int64]
) -> Scores:
    if predictions.activation == "softmax":
        decided = likely.argmax(axis=1)[:, None] == np.arange(len(predictions.labels))
    else:
        decided = likely >= _thresholds(predictions, calibrations)[files]
    return Scores(
        labels=predictions.labels,
        activation=predictions.activation,
        probabilities=likely,
        decided=decided,
        targets=predictions.targets[files],
        groups=np.array(predictions.groups)[files],
    )


def _temperatures(predictions: Predictions, calibrations: Calibrations) -> NDArray[np.float64]:
    return np.array([calibrations[fold].temperature for fold in predictions.folds.tolist()])


def _thresholds(predictions: Predictions, calibrations: Calibrations) -> NDArray[np.float64]:
    """(files, labels)"""
    rows = {
        fold: [calibration.thresholds.get(label, 0.5) for label in predictions.labels]
        for fold, calibration in calibrations.items()
    }
    return np.array([rows[fold] for fold in predictions.folds.tolist()])
