"""The regression finds scikit-learn's optimum, and behaves where the data is odd."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from service.fitting.regression import fit_sigmoid, fit_softmax


def blobs(items: int, width: int, labels: int, seed: int = 3) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Overlapping clouds, on scales from 0.01 to 100."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, labels, items)
    centres = rng.normal(0, 0.6, (labels, width))
    features = (centres[targets] + rng.normal(0, 1, (items, width))) * np.geomspace(0.01, 100, width) + 7
    return features.astype(np.float32), targets


def reference(
    features: NDArray[np.float32],
    targets: NDArray[np.int64],
    *,
    strength: float,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """What scikit-learn's logistic regression answers."""
    scaler = StandardScaler().fit(features.astype(np.float64), sample_weight=weights)
    known = scaler.transform(features.astype(np.float64))
    model = LogisticRegression(C=strength, max_iter=5_000, tol=1e-8).fit(known, targets, sample_weight=weights)
    return np.asarray(model.predict_proba(known))


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    likely = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("strength", [0.01, 1.0])
def test_softmax_equals_scikit_learn(strength: float) -> None:
    features, targets = blobs(600, 20, 4)
    head = fit_softmax(features, targets, 4, strength=strength, balance=0.0)
    expected = reference(features, targets, strength=strength)
    assert np.abs(probabilities(head.logits(features)) - expected).max() < 3e-3


def test_weights_equal_scikit_learns() -> None:
    features, targets = blobs(500, 12, 3)
    weights = np.random.default_rng(5).uniform(0.1, 3, 500)
    head = fit_softmax(features, targets, 3, strength=0.1, weights=weights, balance=0.0)
    expected = reference(features, targets, strength=0.1, weights=weights)
    assert np.abs(probabilities(head.logits(features)) - expected).max() < 3e-3


def test_each_sigmoid_is_a_regression_of_its_own() -> None:
    features, targets = blobs(500, 12, 3)
    several = (targets[:, None] == np.arange(3)).astype(np.float32)
    head = fit_sigmoid(features, several, strength=0.1, balance=0.0)
    for column in range(3):
        expected = reference(features, several[:, column].astype(np.int64), strength=0.1)[:, 1]
        likely = 1 / (1 + np.exp(-head.logits(features)[:, column].astype(np.float64)))
        assert np.abs(likely - expected).max() < 3e-3


def test_an_item_of_weight_two_is_two_items() -> None:
    features, targets = blobs(120, 6, 2)
    twice = fit_softmax(np.tile(features, (2, 1)), np.tile(targets, 2), 2)
    heavy = fit_softmax(features, targets, 2, weights=np.full(120, 2.0))
    assert np.allclose(twice.weights, heavy.weights, rtol=1e-3, atol=1e-4)


def test_balance_finds_the_rare_label() -> None:
    rng = np.random.default_rng(1)
    targets = (np.arange(1000) < 30).astype(np.int64)
    features = (rng.normal(0, 1, (1000, 4)) + targets[:, None]).astype(np.float32)
    plain, even = (fit_softmax(features, targets, 2, balance=balance) for balance in (0.0, 1.0))
    found = [(head.logits(features).argmax(axis=1)[targets == 1] == 1).mean() for head in (plain, even)]
    assert found[0] < 0.3
    assert found[1] > 0.7


def test_unknown_targets_are_not_learned_from() -> None:
    features, targets = blobs(300, 8, 2)
    known = (targets[:, None] == np.arange(2)).astype(np.float32)
    half = known.copy()
    half[150:, 1] = np.nan
    head, first = fit_sigmoid(features, half), fit_sigmoid(features, half[:, :1])
    assert np.allclose(head.weights[:, 0], first.weights[:, 0], rtol=1e-3, atol=1e-4)
    assert not np.allclose(head.weights[:, 1], fit_sigmoid(features, known).weights[:, 1], rtol=1e-3, atol=1e-4)


def test_separable_data_is_learned_without_running_away() -> None:
    features = np.array([[-1.0], [-2.0], [1.0], [2.0]], np.float32)
    head = fit_softmax(features, np.array([0, 0, 1, 1]), 2, strength=1.0)
    assert head.logits(features).argmax(axis=1).tolist() == [0, 0, 1, 1]
    assert np.abs(head.weights).max() < 10


def test_a_constant_feature_tells_nothing() -> None:
    features, targets = blobs(200, 5, 2)
    features[:, 2] = 1234.5
    head = fit_softmax(features, targets, 2)
    assert np.isfinite(head.logits(features)).all()
    assert not head.weights[2].any()


def test_a_label_without_items_is_never_the_answer() -> None:
    features, targets = blobs(200, 5, 2)
    head = fit_softmax(features, targets, 3, strength=1.0)
    assert not (head.logits(features).argmax(axis=1) == 2).any()


def test_the_same_data_gives_the_same_head() -> None:
    features, targets = blobs(200, 5, 3)
    first, second = (fit_softmax(features, targets, 3) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"targets": np.array([0, 1, 2])}, "there are 2 labels"),
        ({"targets": np.array([0, 1])}, "3 items with features and 2 with targets"),
        ({"weights": np.array([1.0, -1.0, 1.0])}, "at least 0"),
        ({"weights": np.zeros(3)}, "not all 0"),
        ({"features": np.array([[1.0], [np.nan], [2.0]], np.float32)}, "1 features are not finite"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], reason: str) -> None:
    given: dict[str, Any] = {"features": np.ones((3, 1), np.float32), "targets": np.array([0, 1, 0])} | change
    with pytest.raises(ValueError, match=reason):
        fit_softmax(labels=2, **given)
