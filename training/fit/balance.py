"""How often each example is heard."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.clip import Clip
from training.examples import Example
from training.recipe import RecipeError


def example_weights(examples: Sequence[Example], balance: Literal["none", "class", "root"]) -> NDArray[np.float64]:
    """float64 (examples,), summing to 1. A class is what has the same targets and comes from the same corpus.

    With any balance, the recordings of a class are heard by the root of the number of their slices."""
    if balance == "none":
        return np.full(len(examples), 1 / len(examples))
    slices = Counter((example.stratum, example.clip.group) for example in examples)
    shares = np.array([slices[example.stratum, example.clip.group] ** -0.5 for example in examples])
    classes: defaultdict[str, float] = defaultdict(float)
    for example, share in zip(examples, shares, strict=True):
        classes[example.stratum] += share
    power = {"root": 0.5, "class": 1.0}[balance]
    weights = shares * [classes[example.stratum] ** -power for example in examples]
    balanced: NDArray[np.float64] = weights / weights.sum()
    return balanced


def duration_weights(
    clips: Sequence[Clip], seconds: NDArray[np.float64], more: Mapping[str, float]
) -> NDArray[np.float64]:
    """float64 (clips,): as long as each lasts, times what `more` says of its corpus."""
    strangers = more.keys() - {clip.corpus for clip in clips}
    if strangers:
        raise RecipeError(f"learning.more names {', '.join(sorted(strangers))}, of which there is no clip.")
    weights: NDArray[np.float64] = seconds * [more.get(clip.corpus, 1.0) for clip in clips]
    return weights
