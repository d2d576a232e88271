"""What the gate's probabilities mean together: every combination of its labels is one outcome with one name."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from service.types import Scores

Truth = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One combination: `route` is the way that it takes, `branch` who listens next, `label` what people read."""

    label: str
    route: str
    branch: str | None
    truth: Truth


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All combinations that the gate can mean. `thresholds` has one decision threshold per gate label."""

    outcomes: tuple[Outcome, ...]
    thresholds: Mapping[str, float]
    exclusive: bool
    """True for a softmax gate: exactly one label holds. False for sigmoids: each holds or not by itself."""

    def weights(self, gate: Scores) -> NDArray[np.float64]:
        """Probability of each outcome, (outcomes,), summing to 1."""
        return np.array([self._weight(outcome.truth, gate) for outcome in self.outcomes])

    def decisive_weights(self, gate: Scores) -> NDArray[np.float64]:
        """The same, with every probability moved so that its label's threshold lies at one half."""
        if self.exclusive:
            return self.weights(gate)
        return self.weights({label: _recentred(p, self.thresholds[label]) for label, p in gate.items()})

    def decide(self, gate: Scores) -> Outcome:
        """The one outcome that a chunk is routed by."""
        return self.outcomes[int(self.decisive_weights(gate).argmax())]

    def _weight(self, truth: Truth, gate: Scores) -> float:
        if self.exclusive:
            return sum(gate[label] for label, holds in truth.items() if holds)
        return math.prod(gate[label] if holds else 1 - gate[label] for label, holds in truth.items())


def combinations(labels: Sequence[str], *, exclusive: bool) -> list[dict[str, bool]]:
    """Every truth that a gate with these labels can speak."""
    if exclusive:
        return [{label: label == true for label in labels} for true in labels]
    return [dict(zip(labels, holds, strict=True)) for holds in product((True, False), repeat=len(labels))]


def _recentred(probability: float, threshold: float) -> float:
    """Shifts the log-odds by those of the threshold."""
    odds_for, odds_against = probability * (1 - threshold), (1 - probability) * threshold
    return odds_for / (odds_for + odds_against)
