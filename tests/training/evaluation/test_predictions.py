from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.evaluation.simulated import predictions
from training.evaluation.predictions import Predictions, PredictionsError, join

THREE = predictions(
    [[2, 0], [0, 1], [0, 4], [1, 1]],
    [[1, 0], [0, 1], [0, 1]],
    chunk_files=[1, 0, 1, 2],
    chunk_seconds=[3, 3, 1, 2],
    groups=["x", "y", "x"],
    corpora=("tut", "tut", "home"),
    folds=[0, 1, 0],
)
"""The chunks stand in no order: file 1 has the chunks 0 and 2."""


def same(first: Predictions, second: Predictions) -> bool:
    return all(
        np.array_equal(getattr(first, field.name), getattr(second, field.name), equal_nan=field.name == "targets")
        for field in fields(Predictions)
    )


def test_chunks_are_softmaxed_and_files_are_the_mean_of_their_chunks_by_duration() -> None:
    expected = 1 / (1 + np.exp([2, -1, -4, 0]))
    assert THREE.probabilities()[:, 1] == pytest.approx(expected)
    assert THREE.file_probabilities()[:, 1] == pytest.approx([expected[1], (3 * expected[0] + expected[2]) / 4, 0.5])
    assert THREE.file_probabilities().sum(axis=1) == pytest.approx(1)


def test_temperature_divides_the_logits_of_each_file() -> None:
    assert THREE.probabilities(2.0)[:, 1] == pytest.approx(1 / (1 + np.exp([1, -0.5, -2, 0])))
    by_file = THREE.probabilities(np.array([1.0, 2.0, 1.0]))[:, 1]
    assert by_file == pytest.approx(1 / (1 + np.exp([1, -1, -2, 0])))


def test_sigmoids_are_independent_of_each_other() -> None:
    both = predictions([[3, 3], [-500, 500]], [[1, 1], [0, 1]], activation="sigmoid")
    assert both.probabilities() == pytest.approx(np.array([[0.952574, 0.952574], [0, 1]]), abs=1e-6)


def test_a_subset_keeps_what_belongs_together() -> None:
    part = THREE.subset(np.array([False, True, True]))
    assert part.names == ("1.wav", "2.wav")
    assert part.groups == ("y", "x")
    assert part.corpora == ("tut", "home")
    assert part.folds.tolist() == [1, 0]
    assert part.targets.tolist() == [[0, 1], [0, 1]]
    assert part.file_probabilities() == pytest.approx(THREE.file_probabilities()[1:])


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    unknown = predictions([[1, -1], [0.1, 7]], [[1, np.nan], [np.nan, 0]], activation="sigmoid", leaks=True)
    for number, one in enumerate((THREE, unknown)):
        path = tmp_path / f"fold {number}.predictions"
        one.save(path)
        loaded = Predictions.load(path)
        assert same(loaded, one)
        assert type(loaded.leaks) is bool
        assert type(loaded.names[0]) is str
        assert loaded.chunk_logits.dtype == np.float32


def test_other_files_are_no_predictions(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("labels: a, b")
    np.savez(tmp_path / "other.npz", labels=["a"])
    for name in ("text", "other.npz"):
        with pytest.raises(PredictionsError, match=f"{name} does not hold predictions"):
            Predictions.load(tmp_path / name)


def test_folds_are_joined() -> None:
    parts = [THREE.subset(THREE.folds == fold) for fold in (1, 0)]
    joined = join(parts)
    assert joined.names == ("1.wav", "0.wav", "2.wav")
    assert joined.folds.tolist() == [1, 0, 0]
    assert joined.file_probabilities() == pytest.approx(THREE.file_probabilities()[[1, 0, 2]])


def test_joining_refuses_what_does_not_belong_together() -> None:
    with pytest.raises(PredictionsError, match="held out in one fold only"):
        join([THREE, THREE])
    with pytest.raises(PredictionsError, match="with split 'grouped 2-fold' and 'random' cannot be joined"):
        join([THREE, replace(THREE, split="random")])
    with pytest.raises(PredictionsError, match=r"with labels \('a', 'b'\) and \('b', 'a'\) cannot"):
        join([THREE, replace(THREE, labels=("b", "a"))])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"folds": np.array([0])}, r"folds has shape \(1,\); \(3,\) is needed"),
        ({"labels": ("a", "b", "c")}, r"chunk_logits has shape \(4, 2\); \(4, 3\) is needed"),
        ({"chunk_files": np.array([1, 0, 1, 3])}, "names file 3; there are 3"),
        ({"chunk_files": np.array([1, 0, 2, -1])}, "names file -1; there are 3"),
        ({"chunk_files": np.array([1, 0, 1, 1])}, "1 of 3 files have no chunk, 2.wav the first"),
        ({"chunk_logits": np.full((4, 2), np.nan, np.float32)}, "8 logits are not finite"),
        ({"targets": np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32)}, "A target is 1, 0, or NaN"),
        ({"targets": np.array([[1, 0], [0, 1], [1, 1]], np.float32)}, "exactly one label holds"),
        ({"targets": np.array([[1, 0], [0, 1], [1, np.nan]], np.float32)}, "exactly one label holds"),
        ({"activation": "relu"}, "softmax or sigmoid, not 'relu'"),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(PredictionsError, match=message):
        replace(THREE, **change)  # type: ignore[arg-type]
