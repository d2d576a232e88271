"""What the models' probabilities mean: each combination of the gate's labels is one outcome with one name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from service.types import Scores, best_label

Truth = Mapping[str, bool]

DEFAULT_TAG_THRESHOLD = 0.5
"""For a tag that `Decisions.tag_thresholds` does not name."""


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

    @property
    def labels(self) -> tuple[str, ...]:
        """The gate's, in the order of the columns of every array here."""
        return tuple(self.thresholds)

    def weights(self, gate: NDArray[np.floating]) -> NDArray[np.float64]:
        """Probabilities (..., labels) -> the probability of each outcome, (..., outcomes), summing to 1."""
        probabilities = np.asarray(gate, dtype=np.float64)
        truth = np.array([[outcome.truth[label] for label in self.labels] for outcome in self.outcomes], dtype=bool)
        if self.exclusive:
            return probabilities @ truth.T.astype(np.float64)
        each = np.where(truth, probabilities[..., None, :], 1 - probabilities[..., None, :])
        weights: NDArray[np.float64] = each.prod(axis=-1)
        return weights

    def decisive_weights(self, gate: NDArray[np.floating]) -> NDArray[np.float64]:
        """The same, with every probability moved so that its label's threshold lies at one half."""
        if self.exclusive:
            return self.weights(gate)
        return self.weights(_recentred(np.asarray(gate, dtype=np.float64), np.array(list(self.thresholds.values()))))

    def decide(self, gate: Scores) -> Outcome:
        """The one outcome that a chunk is routed by."""
        return self.outcomes[int(self.decisive_weights(self.row(gate)).argmax())]

    def row(self, gate: Scores) -> NDArray[np.float64]:
        """float64 (labels,), in the order of `labels`."""
        return np.array([gate[label] for label in self.labels])


@dataclass(frozen=True, slots=True)
class Decisions:
    """What turns a cascade's probabilities into words, as its manifests say."""

    outcomes: Outcomes
    chunk_seconds: float
    other_below: Mapping[str, float] = field(default_factory=dict)
    """Branch -> the probability that a kind must reach, or the label is `other`. Branches without one are left out."""
    tag_thresholds: Mapping[str, float] | None = None
    """Tag -> the probability from which it is said; None if the cascade has no tagger."""
    step_seconds: float | None = None
    """Length of a step of the gate; None if it speaks per chunk."""

    @property
    def has_tags(self) -> bool:
        return self.tag_thresholds is not None

    def detail(self, branch: str, scores: Scores) -> str:
        """The label of a branch."""
        return best_label(scores, self.other_below.get(branch))

    def tag_threshold(self, label: str) -> float:
        return (self.tag_thresholds or {}).get(label, DEFAULT_TAG_THRESHOLD)


def combinations(labels: Sequence[str], *, exclusive: bool) -> list[dict[str, bool]]:
    """Every truth that a gate with these labels can speak."""
    if exclusive:
        return [{label: label == true for label in labels} for true in labels]
    return [dict(zip(labels, holds, strict=True)) for holds in product((True, False), repeat=len(labels))]


def _recentred(probability: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shifts the log-odds by those of the threshold, label by label."""
    odds_for, odds_against = probability * (1 - threshold), (1 - probability) * threshold
    return odds_for / (odds_for + odds_against)
