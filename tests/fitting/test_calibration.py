"""Temperature, thresholds, and below what the answer is `other`."""

import numpy as np
import pytest

from service.fitting.calibration import best_f1_threshold, best_threshold, fit_temperature, other_below


def test_logits_that_are_three_times_too_sure_are_divided_by_three() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1.5, (4_000, 3))
    likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in likely])
    targets = (truth[:, None] == np.arange(3)).astype(np.float32)
    sure = (3 * logits).astype(np.float32)
    assert fit_temperature(sure, targets, np.full(4_000, 1 / 4_000), "softmax") == pytest.approx(3, rel=0.1)


def test_what_is_unknown_has_no_say_in_a_temperature() -> None:
    logits = np.array([[2.0, -1.0], [-1.0, 1.0], [1.0, 9.0], [0.5, 1.0]], np.float32)
    targets = np.array([[1, 0], [1, np.nan], [0, np.nan], [1, 1]], np.float32)
    without = logits.copy()
    without[1:3, 1] = 0
    weights = np.ones(4)
    assert fit_temperature(logits, targets, weights, "sigmoid") == pytest.approx(
        fit_temperature(without, targets, weights, "sigmoid")
    )


def test_a_threshold_lies_in_the_middle_of_the_gap() -> None:
    likely, holds = np.array([0.1, 0.3, 0.5, 0.9]), np.array([False, False, True, True])
    assert best_threshold(likely, holds, np.ones(4)) == pytest.approx(0.4)
    assert best_f1_threshold(likely, holds) == pytest.approx(0.4)


def test_a_rare_label_keeps_its_precision() -> None:
    rng = np.random.default_rng(3)
    likely = np.concatenate([rng.uniform(0.3, 0.9, 10), rng.uniform(0, 0.5, 1_000)])
    holds = np.arange(1_010) < 10
    threshold = best_f1_threshold(likely, holds)
    assert holds[likely >= threshold].mean() > 0.8
    assert best_threshold(likely, holds, np.ones(1_010)) < threshold


def test_a_twentieth_of_the_rightly_named_is_lost_at_the_threshold() -> None:
    best = np.linspace(0.4, 0.9, 1_000)
    likely = np.column_stack([best, (1 - best) / 2, (1 - best) / 2])
    truth = np.zeros(1_000, np.int64)
    threshold = other_below(likely, truth, other=2, lost=0.05)
    assert (likely[:, 0] < threshold).mean() == pytest.approx(0.05, abs=0.002)


def test_what_is_other_anyhow_counts_as_lost() -> None:
    likely = np.array([[0.3, 0.1, 0.6]] * 10 + [[0.8, 0.1, 0.1]] * 90)
    assert other_below(likely, np.zeros(100, np.int64), other=2, lost=0.05) <= 0.3


def test_without_anything_right_there_is_no_threshold() -> None:
    with pytest.raises(ValueError, match="named rightly"):
        other_below(np.array([[0.2, 0.7, 0.1]]), np.array([0]), other=2)
