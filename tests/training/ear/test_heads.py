"""What is measured of a head is what serves."""

import numpy as np
import torch

from service.fitting.regression import fit_softmax
from service.types import OTHER, best_label
from training.ear.heads import HeadNetwork, is_other, merged

LABELS = ("high", "low", OTHER)


def test_the_rule_that_is_measured_is_the_one_that_serves() -> None:
    rng = np.random.default_rng(1)
    likely = rng.dirichlet((1, 1, 1), 500)
    for below in (0.2, 0.5, 0.8):
        served = [best_label(dict(zip(LABELS, row, strict=True)), below) == OTHER for row in likely.tolist()]
        assert is_other(likely, 2, below).tolist() == served
        assert 0 < sum(served) < len(served)


def test_the_network_that_ships_answers_as_the_head_that_was_measured() -> None:
    """Two kinds of `other` become one label; what the head does not read of the embedding is left out."""
    rng = np.random.default_rng(2)
    rows, classes = rng.standard_normal((80, 6)).astype(np.float32), np.arange(80) % 4
    head = fit_softmax(rows, classes, 4, strength=1.0)
    wider = np.concatenate([rows, rng.standard_normal((80, 3)).astype(np.float32)], axis=1)
    with torch.inference_mode():
        shipped = HeadNetwork(head, known=2)(torch.from_numpy(wider)).numpy()
    assert shipped.shape == (80, 3)
    np.testing.assert_allclose(shipped, merged(head.logits(rows), 2), atol=1e-5)
