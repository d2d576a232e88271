"""Augmentations that mix a take with another one: both to be heard, or one in the background."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from training.augment.take import Draw, Parameters, Take, is_silent, rms, scaled_below

DRAWS = 8
"""Tries to find a take with the other label, so that `probability` nearly keeps its word where labels are rare."""


class UnknownLabel(Exception):
    """A recipe names a label that the model does not have."""


class Overlay(Parameters):
    """Two things at once, both to be heard: speech over music, a dog in the rain.

    Mixes another take in, min_snr_db..max_snr_db below this one (above it where negative); what is in either is in
    the mixture. With `between`, two labels, only if one of the takes has the one and the other take the other."""

    min_snr_db: float = Field(default=-6.0, ge=-20, le=20)
    max_snr_db: float = Field(default=6.0, ge=-20, le=20)
    between: tuple[str, str] | None = None

    @model_validator(mode="after")
    def _two_labels(self) -> Self:
        if self.between and self.between[0] == self.between[1]:
            raise ValueError(f"between needs two labels; it has {self.between[0]!r} twice")
        return self

    def for_labels(self, labels: Sequence[str]) -> "LabelledOverlay":
        """Raises UnknownLabel if `between` names one that is not in `labels`."""
        if not self.between:
            return LabelledOverlay(self, None)
        for label in self.between:
            if label not in labels:
                raise UnknownLabel(f"overlay.between names {label!r}; the labels are {', '.join(labels)}.")
        first, second = self.between
        return LabelledOverlay(self, (labels.index(first), labels.index(second)))


@dataclass(frozen=True, slots=True)
class LabelledOverlay:
    """An overlay that knows where in the targets its labels stand."""

    plan: Overlay
    pair: tuple[int, int] | None

    def apply(self, take: Take, draw: Draw, rng: np.random.Generator, /) -> Take:
        if rng.random() >= self.plan.probability or is_silent(take.samples):
            return take
        other = self._partner(take, draw, rng)
        if other is None:
            return take
        return mixture(take, other, rng.uniform(self.plan.min_snr_db, self.plan.max_snr_db))

    def _partner(self, take: Take, draw: Draw, rng: np.random.Generator) -> Take | None:
        """None where none of DRAWS fits, or none could."""
        if self.pair is not None and not any(take.targets[index] == 1 for index in self.pair):
            return None
        for _ in range(DRAWS):
            drawn = draw(rng)
            other = replace(drawn, samples=np.resize(drawn.samples, take.samples.shape))
            if not is_silent(other.samples) and self._complements(take, other):
                return other
        return None

    def _complements(self, take: Take, other: Take) -> bool:
        if self.pair is None:
            return True
        first, second = self.pair
        ways = ((take, other), (other, take))
        return any(one.targets[first] == 1 and two.targets[second] == 1 for one, two in ways)


def mixture(take: Take, other: Take, snr_db: float) -> Take:
    """As loud as `take` was: the level must not tell that there are two. Both must be audible, and of one rate
    and length."""
    mixed = take.samples + scaled_below(other.samples, take.samples, snr_db)
    samples = mixed * np.float32(rms(take.samples) / rms(mixed))
    return replace(take, samples=samples, targets=union(take.targets, other.targets))


def union(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (labels,): 1 where either is 1; elsewhere NaN where either is unknown; else the larger."""
    certain = (first == 1) | (second == 1)
    return np.where(certain, np.float32(1), np.maximum(first, second))


class Background(Parameters):
    """Something else goes on behind what is recorded.

    Another take min_snr_db..max_snr_db below this one, so soft that the targets stay. Where either is silent
    nothing happens: there would be nothing behind, or nothing in front."""

    min_snr_db: float = Field(default=15.0, ge=10, le=100)
    max_snr_db: float = Field(default=30.0, ge=10, le=100)

    def apply(self, take: Take, draw: Draw, rng: np.random.Generator, /) -> Take:
        if rng.random() >= self.probability:
            return take
        behind = np.resize(draw(rng).samples, take.samples.shape)
        snr_db = rng.uniform(self.min_snr_db, self.max_snr_db)
        if is_silent(take.samples) or is_silent(behind):
            return take
        return replace(take, samples=take.samples + scaled_below(behind, take.samples, snr_db))
