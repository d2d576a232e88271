import time

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.evaluation.simulated import genres
from training.evaluation.bootstrap import group_intervals
from training.evaluation.held_out_metrics import metrics_of, score_files
from training.evaluation.metrics import multiclass_accuracy
from training.evaluation.thresholds import Calibration


def interval(right: NDArray[np.bool_], groups: NDArray[np.int64], seed: int = 0) -> tuple[float, float]:
    """Of the share of `right` items."""
    ones = np.ones(len(right), np.int64)
    metric = multiclass_accuracy(ones, right.astype(np.int64), 2)
    found = group_intervals({"accuracy": metric}, groups.astype(str), draws=400, seed=seed)["accuracy"]
    assert found is not None
    return found


def correlated(rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """60 groups of 10 items, each group with a chance of its own, 0.7 on average."""
    chance = rng.beta(1.4, 0.6, 60)
    groups = np.repeat(np.arange(60), 10)
    return rng.random(600) < chance[groups], groups


def test_intervals_by_group_hold_the_truth_as_often_as_they_say_and_those_by_file_do_not() -> None:
    rng = np.random.default_rng(0)
    by_group = by_file = 0
    for seed in range(150):
        right, groups = correlated(rng)
        low, high = interval(right, groups, seed)
        file_low, file_high = interval(right, np.arange(600), seed)
        assert high - low > file_high - file_low
        by_group += low <= 0.7 <= high
        by_file += file_low <= 0.7 <= file_high
    assert by_group >= 0.88 * 150
    assert by_file < 0.75 * 150


def test_independent_items_have_the_interval_of_the_textbook() -> None:
    right = np.arange(2_000) % 10 < 8
    low, high = interval(right, np.arange(2_000))
    half = 1.96 * np.sqrt(0.8 * 0.2 / 2_000)
    assert (low, high) == pytest.approx((0.8 - half, 0.8 + half), abs=0.003)


def test_the_same_seed_gives_the_same_interval() -> None:
    right, groups = correlated(np.random.default_rng(1))
    assert interval(right, groups, 5) == interval(right, groups, 5)
    assert interval(right, groups, 5) != interval(right, groups, 6)


def test_one_group_says_nothing_about_others() -> None:
    metric = multiclass_accuracy(np.zeros(5, np.int64), np.zeros(5, np.int64), 2)
    assert group_intervals({"accuracy": metric}, np.array(["song"] * 5)) == {"accuracy": None}


def test_no_interval_where_many_draws_lack_a_class() -> None:
    """With one group of the second label among ten, a third of the draws do not have it."""
    by_fold = dict.fromkeys(range(5), Calibration())
    scores = score_files(genres(100, 2, 10, 1, seed=0), by_fold)
    rare = np.zeros((100, 2), np.float32)
    rare[:, 0], rare[::10] = 1, (0, 1)
    scores = type(scores)(scores.labels, "softmax", scores.probabilities, scores.decided, rare, scores.groups)
    intervals = group_intervals(metrics_of(scores), scores.groups, draws=300)
    assert intervals["accuracy"] is not None
    assert intervals["auc"] is None
    assert intervals["balanced_accuracy"] is None


def test_five_thousand_files_take_no_ten_seconds() -> None:
    scores = score_files(genres(5_000, 10, 1_000, 1, seed=2), dict.fromkeys(range(5), Calibration()))
    started = time.perf_counter()
    intervals = group_intervals(metrics_of(scores), scores.groups)
    assert time.perf_counter() - started < 10
    assert None not in intervals.values()
