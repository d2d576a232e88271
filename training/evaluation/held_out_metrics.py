"""All numbers of held-out answers, each with its split and, but for ECE, its interval; leaky ones are named so."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.inference.manifest import Metric
from training.evaluation.bootstrap import DRAWS, Values, WeightedMetric, Weights, group_intervals, mean_of, ratio, value
from training.evaluation.metrics import (
    accuracy,
    auc,
    balanced_accuracy,
    calibration_error,
    eer,
    f1,
    macro_auc,
    macro_f1,
    multiclass_accuracy,
    multiclass_balanced_accuracy,
    recall,
    specificity,
)
from training.evaluation.predictions import Activation, Predictions
from training.evaluation.thresholds import Calibration, cross_fit
from training.recipe import Mixed

LEAKY = "LEAKY "
PER_CHUNK = " per chunk"
NO_INTERVAL = "ece"
"""Resampling adds noise, and noise adds to every bin's error: the interval would lie above the number itself."""
DECISIONS = {
    "balanced_accuracy": balanced_accuracy,
    "accuracy": accuracy,
    "recall": recall,
    "specificity": specificity,
    "f1": f1,
}
Calibrations = Mapping[int, Calibration]
"""By fold: what is applied to the files that were held out in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What is judged: calibrated probabilities of files or of chunks, what was decided, and what is true."""

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


def measure(
    predictions: Predictions, calibrations: Calibrations | None = None, draws: int = DRAWS, seed: int = 0
) -> tuple[Metric, ...]:
    """Per file, then per chunk. Calibrated by `calibrations`, by default fold by fold from the other folds."""
    by_fold = cross_fit(predictions) if calibrations is None else calibrations
    levels = {"": score_files(predictions, by_fold), PER_CHUNK: score_chunks(predictions, by_fold)}
    before = LEAKY if predictions.leaks else ""
    measured = []
    for after, scores in levels.items():
        metrics = metrics_of(scores)
        values = {name: value(metric, len(scores.targets)) for name, metric in metrics.items()}
        resampled = {
            name: metric
            for name, metric in metrics.items()
            if values[name] is not None and name.split("/")[0] != NO_INTERVAL
        }
        intervals = group_intervals(resampled, scores.groups, draws, seed)
        measured += [
            Metric(name=f"{before}{name}{after}", value=number, split=predictions.split, interval=intervals.get(name))
            for name, number in values.items()
            if number is not None
        ]
    return tuple(measured)


def by_corpus(
    predictions: Predictions, calibrations: Calibrations, draws: int = DRAWS, seed: int = 0
) -> dict[str, tuple[Metric, ...]]:
    """The same for each corpus alone."""
    corpora = np.array(predictions.corpora)
    return {
        corpus: measure(predictions.subset(corpora == corpus), calibrations, draws, seed)
        for corpus in np.unique(corpora).tolist()
    }


def both_found(mixed: Mixed, predictions: Predictions, calibrations: Calibrations) -> Metric:
    """Share of mixtures in which both labels reach their thresholds; the interval is by the group of the upper one."""
    scores = score_files(predictions, calibrations)
    found: NDArray[np.float64] = np.all(scores.decided | np.isnan(scores.targets), axis=1).astype(np.float64)

    def share(weights: Weights) -> Values:
        return ratio(weights @ found, weights.sum(axis=1))

    measured = value(share, len(found))
    assert measured is not None
    interval = group_intervals({mixed.name: share}, scores.groups)[mixed.name]
    name = f"{LEAKY if predictions.leaks else ''}{mixed.name}"
    return Metric(name=name, value=measured, split=predictions.split, interval=interval)


def metrics_of(scores: Scores) -> dict[str, WeightedMetric]:
    """By name, for what the scores are of."""
    return _one_of_many(scores) if scores.activation == "softmax" else _each_by_itself(scores)


def _one_of_many(scores: Scores) -> dict[str, WeightedMetric]:
    truth, said, width = scores.truth, scores.said, len(scores.labels)
    return {
        "accuracy": multiclass_accuracy(truth, said, width),
        "balanced_accuracy": multiclass_balanced_accuracy(truth, said, width),
        "macro_f1": macro_f1(truth, said, width),
        "auc": macro_auc(scores.probabilities, truth),
        "ece": calibration_error(scores.probabilities.max(axis=1), (truth == said).astype(np.float32)),
    }


def _each_by_itself(scores: Scores) -> dict[str, WeightedMetric]:
    metrics: dict[str, WeightedMetric] = {}
    for column, label in enumerate(scores.labels):
        likely, truth = scores.probabilities[:, column], scores.targets[:, column]
        for name, metric in DECISIONS.items():
            metrics[f"{name}/{label}"] = metric(scores.decided[:, column], truth)
        metrics[f"auc/{label}"] = auc(likely, truth)
        metrics[f"eer/{label}"] = eer(likely, truth)
        metrics[f"ece/{label}"] = calibration_error(likely, truth)
    metrics["ece"] = mean_of([metrics[f"ece/{label}"] for label in scores.labels])
    return metrics


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
