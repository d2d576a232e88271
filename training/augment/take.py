"""A take, which is a stretch of sound on its way into training; its level, and what every augmentation of it is."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.audio.decoded import Samples

SILENT_RMS = 1e-5
"""-100 dB of full scale, below the last bit of 16: no ratio to this is worth anything."""


@dataclass(frozen=True, slots=True)
class Take:
    """A stretch of sound with what is known of it.

    `samples` float32 (n,), mono, `sample_rate` of them a second; `targets` float32 (labels,): 1 holds, 0 does not,
    NaN is unknown; a mixture may have values between."""

    samples: Samples
    targets: NDArray[np.float32]
    sample_rate: int


Draw = Callable[[np.random.Generator], Take]
"""Another take of the training side, at random."""


class Step(Protocol):
    """One step of the chain. Same length and dtype out; the take that comes in is never written to."""

    def apply(self, take: Take, draw: Draw, rng: np.random.Generator, /) -> Take: ...


class Parameters(BaseModel):
    """One table of the recipe. Whatever has a `min_` and a `max_` is refused if they are the wrong way round."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    probability: float = Field(ge=0, le=1)
    """Chance of being applied to a take; without a default, so that the recipe says it."""

    @model_validator(mode="after")
    def _ranges_are_ordered(self) -> Self:
        for name in type(self).model_fields:
            if name.startswith("min_"):
                most = "max_" + name.removeprefix("min_")
                low, high = getattr(self, name), getattr(self, most)
                if low > high:
                    raise ValueError(f"{name} {low} is above {most} {high}")
        return self


class SoundAugmentation(Parameters, ABC):
    """Changes how a take sounds; what is in it stays."""

    def apply(self, take: Take, _draw: Draw, rng: np.random.Generator, /) -> Take:
        if rng.random() >= self.probability:
            return take
        samples = self.changed(take, rng)
        assert samples.shape == take.samples.shape
        assert samples.dtype == np.float32
        return replace(take, samples=samples)

    @abstractmethod
    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        """New samples, float32 (n,), as many as the take has."""


def rms(samples: Samples) -> float:
    """Root mean square of float32 (n,), n > 0."""
    return float(np.sqrt(np.dot(samples, samples) / len(samples)))


def is_silent(samples: Samples) -> bool:
    return rms(samples) < SILENT_RMS


def amplitude(decibels: float) -> np.float32:
    """The factor that changes a level by so many dB."""
    return np.float32(10 ** (decibels / 20))


def amplitudes(decibels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same for each of float32 (n,)."""
    factors: NDArray[np.float32] = np.exp(decibels * np.float32(np.log(10) / 20))
    return factors


def scaled_below(samples: Samples, reference: Samples, snr_db: float) -> Samples:
    """`samples` so loud that `reference` is `snr_db` above it. Both must be audible."""
    return samples * np.float32(rms(reference) / rms(samples) * amplitude(-snr_db))
