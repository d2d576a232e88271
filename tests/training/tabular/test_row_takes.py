from pathlib import Path

import numpy as np
import pytest
import torch

from training.fit.fit_plan import FitPlan
from training.networks.dense import DenseSimple
from training.tabular.comparison import RowTakes, fit_rows, plan_for, probabilities_of

RANDOM = np.random.default_rng(1)
TARGETS = np.arange(96) % 3
ROWS = (RANDOM.standard_normal((96, 57)) + 100 * np.eye(57)[TARGETS]).astype(np.float32)


def test_every_row_comes_once_a_round() -> None:
    takes = RowTakes(ROWS, TARGETS, seed=0)
    rounds = [torch.stack([takes[96 * number + place][0][0] for place in range(96)]).numpy() for number in (0, 1)]
    for heard in rounds:
        np.testing.assert_array_equal(np.unique(heard, axis=0), np.unique(ROWS, axis=0))
    assert not np.array_equal(rounds[0], rounds[1])
    frames, target = takes[5]
    assert frames.shape == (1, 57)
    (row,) = np.flatnonzero((frames[0].numpy() == ROWS).all(axis=1))
    assert target.argmax() == TARGETS[row]


def test_a_network_learns_a_table(tmp_path: Path) -> None:
    plan = FitPlan(epochs=2, takes_per_epoch=96, batch=16, learning_rate=0.01, weight_decay=0.0)
    torch.manual_seed(0)
    network = fit_rows(DenseSimple().build(57, 3), ROWS, TARGETS, plan, 0, tmp_path)
    likely = probabilities_of(network)(ROWS)
    assert likely.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (likely.argmax(axis=1) == TARGETS).mean() > 0.9
    assert (tmp_path / "curve.csv").is_file()


def test_an_epoch_is_all_rows() -> None:
    assert plan_for(700).takes_per_epoch == 700
    assert plan_for(10).takes_per_epoch == plan_for(10).batch
