"""What is drawn from: examples, each as often as its weight says."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.examples import Example


class Lot:
    def __init__(self, examples: Sequence[Example], weights: NDArray[np.float64]) -> None:
        self._examples = examples
        self._until = np.cumsum(weights / weights.sum())

    def draw(self, random: np.random.Generator) -> Example:
        index = int(np.searchsorted(self._until, random.random(), side="right"))
        return self._examples[min(index, len(self._examples) - 1)]


def example_weights(examples: Sequence[Example], balance: Literal["none", "class"]) -> NDArray[np.float64]:
    """float64 (examples,), summing to 1. A class is what has the same targets and comes from the same corpus.

    With balance, each class is heard as often as any other, and its recordings by the root of the number of their
    slices."""
    if balance == "none":
        return np.full(len(examples), 1 / len(examples))
    slices = Counter((example.stratum, example.clip.group) for example in examples)
    shares = np.array([slices[example.stratum, example.clip.group] ** -0.5 for example in examples])
    classes: defaultdict[str, float] = defaultdict(float)
    for example, share in zip(examples, shares, strict=True):
        classes[example.stratum] += share
    weights = shares / [classes[example.stratum] for example in examples]
    balanced: NDArray[np.float64] = weights / weights.sum()
    return balanced
