"""Every classifier learns, and its ONNX file answers as scikit-learn does."""

from functools import cache

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from service.inference.session import open_graph
from training.export.onnx_export import INPUT, OUTPUT
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.fitted_classifiers import Fitted

WIDTH = 57
SCALES = np.geomspace(1e-6, 1e7, WIDTH)
"""As those of hand-crafted features, from the mean of a sound to the variance of its roll-off."""


def blobs(labels: int, rows: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Clouds that touch; not as many rows of each."""
    random = np.random.default_rng(seed)
    targets = np.arange(rows) % (labels + 1) % labels
    middles = np.random.default_rng(99).normal(size=(labels, WIDTH))
    return ((middles[targets] + 3 * random.standard_normal((rows, WIDTH))) * SCALES).astype(np.float32), targets


@cache
def fitted(name: str, labels: int) -> tuple[Fitted, bytes]:
    learned = CLASSIFIERS[name].fit(*blobs(labels, 150, seed=1), seed=5)
    return learned, CLASSIFIERS[name].onnx(learned)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


@pytest.mark.parametrize("labels", [2, 5])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_onnx_file_answers_as_the_estimator(name: str, labels: int) -> None:
    learned, model = fitted(name, labels)
    rows, _ = blobs(labels, 200, seed=2)
    session = open_graph(model)
    (logits,) = session.run([OUTPUT], {INPUT: rows[:, None, :]})
    assert logits.dtype == np.float32
    assert logits.shape == (200, labels)
    np.testing.assert_allclose(softmax(logits), learned.probabilities(rows), atol=1e-5)
    (alone,) = session.run([OUTPUT], {INPUT: rows[:1, None, :]})
    np.testing.assert_allclose(alone, logits[:1], atol=1e-5)
    assert [node.shape for node in session.get_inputs()] == [["batch", 1, WIDTH]]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_it_learns(name: str) -> None:
    rows, targets = blobs(5, 200, seed=3)
    right = (fitted(name, 5)[0].probabilities(rows).argmax(axis=1) == targets).mean()
    assert right > 0.4, "chance is 0.33"


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_equal_seeds_make_equal_bytes(name: str) -> None:
    again = CLASSIFIERS[name].fit(*blobs(2, 150, seed=1), seed=5)
    assert CLASSIFIERS[name].onnx(again) == fitted(name, 2)[1]


def test_thresholds_are_kept_in_full() -> None:
    """A row exactly at a threshold goes the way that the estimator sends it."""
    learned, model = fitted("decision_tree", 5)
    grown = learned.estimator.tree_
    rows = np.repeat(blobs(5, 1, seed=4)[0], len(grown.feature), axis=0)
    for row, feature, threshold in zip(rows, grown.feature, grown.threshold, strict=True):
        row[feature] = np.float32(threshold) if feature >= 0 else row[feature]
    (logits,) = open_graph(model).run([OUTPUT], {INPUT: rows[:, None, :]})
    np.testing.assert_allclose(softmax(logits), learned.probabilities(rows), atol=1e-5)


def test_nothing_of_the_machine_is_in_the_file() -> None:
    model = onnx.load_from_string(fitted("mlp", 2)[1])
    assert [opset.domain for opset in model.opset_import] == ["", "ai.onnx.ml"]
    assert not model.producer_name
