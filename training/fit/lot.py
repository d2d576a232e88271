"""What is drawn from: examples, each as often as its weight says."""

from collections.abc import Sequence

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
