"""How often each example is heard."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.examples import Example


def example_weights(examples: Sequence[Example], balance: Literal["none", "class", "root"]) -> NDArray[np.float64]:
    """float64 (examples,), summing to 1. A class is what has the same targets and comes from the same corpus."""
    counts = Counter(example.stratum for example in examples)
    power = {"none": 0.0, "root": 0.5, "class": 1.0}[balance]
    weights = np.array([counts[example.stratum] ** -power for example in examples])
    balanced: NDArray[np.float64] = weights / weights.sum()
    return balanced
