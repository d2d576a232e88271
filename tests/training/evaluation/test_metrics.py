"""Every metric against scikit-learn, on data with ties, and weights against items that are there several times."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from sklearn import metrics as reference

from training.evaluation import metrics
from training.evaluation.bootstrap import WeightedMetric, mean_of, value
from training.evaluation.metrics import calibration_error

ITEMS, LABELS = 300, 4


class Sample:
    """Scores with many ties, binary truth with unknowns, and a multiclass problem."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.truth = rng.integers(0, 2, ITEMS).astype(np.float32)
        self.scores: NDArray[np.float64] = np.round(np.clip(rng.normal(0.4 + 0.2 * self.truth, 0.2), 0, 1), 2).astype(
            np.float64
        )
        self.decided = self.scores >= 0.45
        self.with_unknown = np.where(rng.random(ITEMS) < 0.3, np.float32(np.nan), self.truth)
        self.known = ~np.isnan(self.with_unknown)
        self.label = rng.integers(0, LABELS, ITEMS)
        logits = np.round(rng.normal(size=(ITEMS, LABELS)) + 1.2 * np.eye(LABELS)[self.label], 1)
        self.probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        self.said = self.probabilities.argmax(axis=1)


S = Sample()


def reference_eer(truth: NDArray[np.float32], scores: NDArray[np.float64]) -> float:
    alarms, hits, _ = reference.roc_curve(truth, scores)
    return float(brentq(lambda x: 1 - x - np.interp(x, alarms, hits), 0, 1, xtol=1e-12))


def reference_auc() -> float:
    return float(reference.roc_auc_score(S.label, S.probabilities, multi_class="ovr", average="macro"))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (metrics.auc(S.scores, S.truth), reference.roc_auc_score(S.truth, S.scores)),
        (metrics.auc(S.scores, S.with_unknown), reference.roc_auc_score(S.truth[S.known], S.scores[S.known])),
        (metrics.eer(S.scores, S.truth), reference_eer(S.truth, S.scores)),
        (metrics.eer(S.scores, S.with_unknown), reference_eer(S.truth[S.known], S.scores[S.known])),
        (metrics.balanced_accuracy(S.decided, S.truth), reference.balanced_accuracy_score(S.truth, S.decided)),
        (
            metrics.balanced_accuracy(S.decided, S.with_unknown),
            reference.balanced_accuracy_score(S.truth[S.known], S.decided[S.known]),
        ),
        (metrics.accuracy(S.decided, S.with_unknown), reference.accuracy_score(S.truth[S.known], S.decided[S.known])),
        (metrics.recall(S.decided, S.with_unknown), reference.recall_score(S.truth[S.known], S.decided[S.known])),
        (
            metrics.specificity(S.decided, S.with_unknown),
            reference.recall_score(S.truth[S.known], S.decided[S.known], pos_label=0),
        ),
        (metrics.f1(S.decided, S.with_unknown), reference.f1_score(S.truth[S.known], S.decided[S.known])),
        (metrics.multiclass_accuracy(S.label, S.said, LABELS), reference.accuracy_score(S.label, S.said)),
        (
            metrics.multiclass_balanced_accuracy(S.label, S.said, LABELS),
            reference.balanced_accuracy_score(S.label, S.said),
        ),
        (metrics.macro_f1(S.label, S.said, LABELS), reference.f1_score(S.label, S.said, average="macro")),
        (metrics.macro_auc(S.probabilities, S.label), reference_auc()),
    ],
)
def test_metrics_are_those_of_scikit_learn(metric: WeightedMetric, expected: float) -> None:
    assert value(metric, ITEMS) == pytest.approx(expected, abs=1e-9)


MAKERS: dict[str, Callable[[NDArray[np.int64]], WeightedMetric]] = {
    "auc": lambda i: metrics.auc(S.scores[i], S.with_unknown[i]),
    "eer": lambda i: metrics.eer(S.scores[i], S.with_unknown[i]),
    "binary balanced accuracy": lambda i: metrics.balanced_accuracy(S.decided[i], S.with_unknown[i]),
    "binary accuracy": lambda i: metrics.accuracy(S.decided[i], S.with_unknown[i]),
    "recall": lambda i: metrics.recall(S.decided[i], S.with_unknown[i]),
    "specificity": lambda i: metrics.specificity(S.decided[i], S.with_unknown[i]),
    "binary F1": lambda i: metrics.f1(S.decided[i], S.with_unknown[i]),
    "accuracy": lambda i: metrics.multiclass_accuracy(S.label[i], S.said[i], LABELS),
    "balanced accuracy": lambda i: metrics.multiclass_balanced_accuracy(S.label[i], S.said[i], LABELS),
    "macro F1": lambda i: metrics.macro_f1(S.label[i], S.said[i], LABELS),
    "macro AUC": lambda i: metrics.macro_auc(S.probabilities[i], S.label[i]),
    "calibration error": lambda i: calibration_error(S.scores[i], S.with_unknown[i]),
}


@pytest.mark.parametrize("name", MAKERS)
def test_an_item_of_weight_two_is_two_items(name: str) -> None:
    make, rng = MAKERS[name], np.random.default_rng(1)
    weights = rng.integers(0, 4, (5, ITEMS)).astype(np.float64)
    repeated = [np.repeat(np.arange(ITEMS), row.astype(np.int64)) for row in weights]
    expected = [value(make(items), len(items)) for items in repeated]
    assert make(np.arange(ITEMS))(weights) == pytest.approx(expected, abs=1e-9)


def test_the_confusion_matrix_has_true_labels_in_rows() -> None:
    counts = metrics.confusion_counts(S.label, S.said, LABELS)
    assert counts.tolist() == reference.confusion_matrix(S.label, S.said).tolist()
    assert metrics.confusion_counts(np.array([0]), np.array([2]), 3).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_labels_that_never_occur_do_not_count() -> None:
    truth, said = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    assert value(metrics.multiclass_balanced_accuracy(truth, said, 4), 4) == pytest.approx(0.75)
    assert value(metrics.macro_f1(truth, said, 4), 4) == pytest.approx((2 / 3 + 1 + 0) / 3)
    likely = np.array([[0.6, 0.2, 0.1, 0.1], [0.3, 0.2, 0.4, 0.1], [0.4, 0.5, 0.1, 0], [0.2, 0.7, 0.1, 0]])
    assert value(metrics.macro_auc(likely, truth), 4) == pytest.approx((0.75 + 1) / 2)


def test_one_class_alone_gives_no_number() -> None:
    ones, scores = np.ones(3, np.float32), np.array([0.1, 0.5, 0.9])
    labels = np.zeros(3, np.int64)
    for metric in (
        metrics.auc(scores, ones),
        metrics.eer(scores, 1 - ones),
        metrics.balanced_accuracy(scores > 0.4, ones),
        metrics.auc(scores, np.full(3, np.nan, np.float32)),
        metrics.multiclass_balanced_accuracy(labels, labels, 2),
        metrics.macro_f1(labels, labels, 2),
        metrics.macro_auc(np.stack([scores, 1 - scores], axis=1), labels),
        calibration_error(scores, np.full(3, np.nan, np.float32)),
    ):
        assert value(metric, 3) is None
    assert value(metrics.multiclass_accuracy(labels, labels, 2), 3) == 1


def test_eer_by_hand() -> None:
    truth = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.float32)
    apart, swapped = np.arange(8) / 8, np.array([0, 1, 2, 4, 3, 5, 6, 7]) / 8
    assert value(metrics.eer(apart, truth), 8) == 0
    assert value(metrics.eer(swapped, truth), 8) == pytest.approx(0.25)
    assert value(metrics.eer(1 - apart, truth), 8) == pytest.approx(1)
    assert value(metrics.eer(np.full(8, 0.5), truth), 8) == pytest.approx(0.5)


def test_the_mean_is_over_what_can_be_computed() -> None:
    truth, scores = np.array([1, 0], np.float32), np.array([0.9, 0.1])
    perfect, none = metrics.auc(scores, truth), metrics.auc(scores, np.ones(2, np.float32))
    assert value(mean_of([perfect, none]), 2) == 1
    assert value(mean_of([none, none]), 2) is None
