"""What every augmentation of takes is: parameters that a recipe may set, and a chance to be applied."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.audio.stream import Samples
from training.take import Take

Draw = Callable[[np.random.Generator], Take]
"""Another take of the training side, at random."""


class Step(Protocol):
    """One step of the chain. Same length and dtype out; the take that comes in is never written to."""

    def apply(self, take: Take, draw: Draw, rng: np.random.Generator, /) -> Take: ...


class Parameters(BaseModel):
    """One table of the recipe. Whatever has a `min_` and a `max_` is refused if they are the wrong way round."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    probability: float = Field(ge=0, le=1)
    """Of being applied to a take; without a default, so that the recipe says it."""

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
