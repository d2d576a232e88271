"""What a run measured: the numbers, the reports and the pictures."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.inference.manifest import Metric
from training.evaluation.evaluation_plots import confusion_png, reliability_png
from training.evaluation.held_out_metrics import Scores, both_found, by_corpus, measure, score_chunks
from training.evaluation.metrics_report import (
    MetricsReport,
    classes_csv,
    confusion_csv,
    mistakes_csv,
    report,
    report_text,
    slices_csv,
)
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import Calibration, Mixtures, cross_fit, fit_calibration, fit_on_rest
from training.recipe import Mixed

ALL = "(all)"
"""In place of a corpus."""


@dataclass(frozen=True, slots=True)
class MeasuredOutcome:
    """Numbers are of calibrations that have not seen the groups they are measured on; `calibration` is from all."""

    metrics: tuple[Metric, ...]
    by_corpus: Mapping[str, tuple[Metric, ...]]
    left_out: Mapping[str, tuple[Metric, ...]]
    """Per corpus, and of all of them together, by networks that have learned from the others only; empty if the recipe
    does not ask for it."""
    calibration: Calibration
    report: MetricsReport
    scores: Scores
    """Scores of chunks."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Answers to each corpus by a network that has learned from the others only, and for its thresholds what networks
    answer to mixtures with nothing of it."""

    answers: Predictions
    mixtures: Mapping[str, Predictions]
    """By corpus."""


def measured(
    predictions: Predictions,
    left_out: LeftOut | None = None,
    mixtures: tuple[Mixed, Predictions] | None = None,
    temperature: float | None = None,
) -> MeasuredOutcome:
    """`temperature` is a fixed one; if not given, it is fitted."""
    share = mixtures[0].share if mixtures else 0.0
    mixed = Mixtures(mixtures[1], share) if mixtures and share else None
    calibrations = cross_fit(predictions, mixed, temperature)
    both = (both_found(*mixtures, calibrations),) if mixtures else ()
    return MeasuredOutcome(
        metrics=(*measure(predictions, calibrations), *both),
        by_corpus=by_corpus(predictions, calibrations) if len(set(predictions.corpora)) > 1 else {},
        left_out=_of_left_out(left_out, predictions, share, temperature) if left_out else {},
        calibration=fit_calibration(predictions, mixed, temperature),
        report=report(predictions, calibrations),
        scores=score_chunks(predictions, calibrations),
    )


def _of_left_out(
    left_out: LeftOut, known: Predictions, share: float, temperature: float | None
) -> dict[str, tuple[Metric, ...]]:
    mixtures = {corpus: Mixtures(answers, share) for corpus, answers in left_out.mixtures.items() if share}
    calibrations = fit_on_rest(left_out.answers, known, mixtures, temperature)
    return {ALL: measure(left_out.answers, calibrations), **by_corpus(left_out.answers, calibrations)}


def write_outcome(folder: Path, outcome: MeasuredOutcome, title: str) -> None:
    """report.txt, classes.csv, mistakes.csv, slices.csv where these are judged, metrics.csv, reliability.png,
    confusion.csv and its picture."""
    made = outcome.report
    (folder / "report.txt").write_text(report_text(made), encoding="utf-8")
    (folder / "classes.csv").write_text(classes_csv(made), encoding="utf-8")
    (folder / "mistakes.csv").write_text(mistakes_csv(made), encoding="utf-8")
    if made.sliced:
        (folder / "slices.csv").write_text(slices_csv(made), encoding="utf-8")
    (folder / "metrics.csv").write_text(_metrics_csv(outcome), encoding="utf-8")
    stated, came_true = _confidences(outcome.scores)
    reliability_png(folder / "reliability.png", stated, came_true, title)
    if made.confusion is not None:
        (folder / "confusion.csv").write_text(confusion_csv(made.confusion), encoding="utf-8")
        confusion_png(folder / "confusion.png", made.confusion, title)


def _confidences(scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """What was stated, and whether it came true: of the likeliest label, or of each known label by itself."""
    if scores.activation == "softmax":
        return scores.probabilities.max(axis=1), (scores.truth == scores.said).astype(np.float32)
    known = ~np.isnan(scores.targets)
    return scores.probabilities[known], scores.targets[known]


def _metrics_csv(outcome: MeasuredOutcome) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("metric", "split", "corpus", "value", "low", "high"))
    parts = {"": outcome.metrics, **outcome.by_corpus}
    parts |= {f"{corpus} left out": metrics for corpus, metrics in outcome.left_out.items()}
    for corpus, metrics in parts.items():
        for metric in metrics:
            low, high = metric.interval or ("", "")
            table.writerow((metric.name, metric.split, corpus, f"{metric.value:.5f}", low, high))
    return text.getvalue()
