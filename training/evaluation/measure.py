"""All numbers of held-out answers, each with its split and, but for ECE, its interval; leaky ones are named so."""

import numpy as np

from service.inference.manifest import Metric
from training.evaluation import binary, multiclass
from training.evaluation.bootstrap import DRAWS, group_intervals
from training.evaluation.calibration import cross_fit
from training.evaluation.calibration_error import calibration_error
from training.evaluation.predictions import Predictions
from training.evaluation.scores import Calibrations, Scores, score_chunks, score_files
from training.evaluation.weighted import WeightedMetric, mean_of, value

LEAKY = "LEAKY "
PER_CHUNK = " per chunk"
NO_INTERVAL = "ece"
"""Resampling adds noise, and noise adds to every bin's error: the interval would lie above the number itself."""


DECISIONS = {
    "balanced_accuracy": binary.balanced_accuracy,
    "accuracy": binary.accuracy,
    "recall": binary.recall,
    "specificity": binary.specificity,
    "f1": binary.f1,
}


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


def metrics_of(scores: Scores) -> dict[str, WeightedMetric]:
    """By name, for what the scores are of."""
    return _one_of_many(scores) if scores.activation == "softmax" else _each_by_itself(scores)


def _one_of_many(scores: Scores) -> dict[str, WeightedMetric]:
    truth, said, width = scores.truth, scores.said, len(scores.labels)
    return {
        "accuracy": multiclass.accuracy(truth, said, width),
        "balanced_accuracy": multiclass.balanced_accuracy(truth, said, width),
        "macro_f1": multiclass.macro_f1(truth, said, width),
        "auc": multiclass.macro_auc(scores.probabilities, truth),
        "ece": calibration_error(scores.probabilities.max(axis=1), (truth == said).astype(np.float32)),
    }


def _each_by_itself(scores: Scores) -> dict[str, WeightedMetric]:
    metrics: dict[str, WeightedMetric] = {}
    for column, label in enumerate(scores.labels):
        likely, truth = scores.probabilities[:, column], scores.targets[:, column]
        for name, metric in DECISIONS.items():
            metrics[f"{name}/{label}"] = metric(scores.decided[:, column], truth)
        metrics[f"auc/{label}"] = binary.auc(likely, truth)
        metrics[f"eer/{label}"] = binary.eer(likely, truth)
        metrics[f"ece/{label}"] = calibration_error(likely, truth)
    metrics["ece"] = mean_of([metrics[f"ece/{label}"] for label in scores.labels])
    return metrics
