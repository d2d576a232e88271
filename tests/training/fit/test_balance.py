"""How often each example is heard, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from training.clip import Clip
from training.examples import Example
from training.fit.balance import duration_weights, example_weights
from training.recipe import RecipeError


def example(label: str, group: str, corpus: str = "tones") -> Example:
    targets = np.array([label == "low", label == "high"], dtype=np.float32)
    return Example(Clip(Path(f"{group}.wav"), label, group, corpus), targets)


def test_without_balance_each_example_counts_the_same() -> None:
    examples = [example("low", "a"), example("low", "a"), example("high", "b")]
    assert example_weights(examples, "none").tolist() == pytest.approx([1 / 3] * 3)


def test_classes_count_the_same_or_by_the_root_of_their_number() -> None:
    examples = [*(example("low", f"low{number}") for number in range(9)), example("high", "high")]
    assert example_weights(examples, "class")[:9].sum() == pytest.approx(0.5)
    assert example_weights(examples, "root")[:9].sum() == pytest.approx(3 / 4)


def test_the_same_targets_in_another_corpus_are_another_class() -> None:
    examples = [example("low", "a"), example("low", "b", "hums"), example("low", "c", "hums")]
    assert example_weights(examples, "class").tolist() == pytest.approx([0.5, 0.25, 0.25])


@pytest.mark.parametrize("balance", ["class", "root"])
def test_slices_of_one_recording_count_by_the_root_of_their_number(balance: str) -> None:
    examples = [*(example("low", "sliced") for _ in range(4)), example("low", "whole")]
    weights = example_weights(examples, balance)  # type: ignore[arg-type]
    assert weights[:4].sum() == pytest.approx(2 * weights[4])
    assert weights.sum() == pytest.approx(1)


def test_time_counts_and_more_of_what_is_wanted_more() -> None:
    clips = [Clip(Path("a.wav"), "low", "a", "tones"), Clip(Path("b.wav"), "low", "b", "songs")]
    assert duration_weights(clips, np.array([30.0, 10.0]), {"songs": 5.0}).tolist() == [30.0, 50.0]
    with pytest.raises(RecipeError, match=r"learning\.more names sons, of which there is no clip"):
        duration_weights(clips, np.array([30.0, 10.0]), {"sons": 5.0})
