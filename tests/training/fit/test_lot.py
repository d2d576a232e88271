"""How often each example is heard, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from training.corpora.corpus import Clip
from training.examples import Example
from training.fit.random_takes import example_weights


def example(label: str, group: str, corpus: str = "tones") -> Example:
    targets = np.array([label == "low", label == "high"], dtype=np.float32)
    return Example(Clip(Path(f"{group}.wav"), label, group, corpus), targets)


def test_without_balance_each_example_counts_the_same() -> None:
    examples = [example("low", "a"), example("low", "a"), example("high", "b")]
    assert example_weights(examples, "none").tolist() == pytest.approx([1 / 3] * 3)


def test_classes_count_the_same() -> None:
    examples = [*(example("low", f"low{number}") for number in range(9)), example("high", "high")]
    assert example_weights(examples, "class")[:9].sum() == pytest.approx(0.5)


def test_the_same_targets_in_another_corpus_are_another_class() -> None:
    examples = [example("low", "a"), example("low", "b", "hums"), example("low", "c", "hums")]
    assert example_weights(examples, "class").tolist() == pytest.approx([0.5, 0.25, 0.25])


def test_slices_of_one_recording_count_by_the_root_of_their_number() -> None:
    examples = [*(example("low", "sliced") for _ in range(4)), example("low", "whole")]
    weights = example_weights(examples, "class")
    assert weights[:4].sum() == pytest.approx(2 * weights[4])
    assert weights.sum() == pytest.approx(1)
