"""How a network is fitted: the numbers that a recipe states, and the learning rate at each step."""

import math
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Precision = Literal["float32", "bfloat16"]
START = 1 / 25
"""Where a warm-up begins."""
END = 1e-3
"""Where a cosine ends."""


class FitPlan(BaseModel):
    """A recipe's table `[fit]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(ge=1)
    takes_per_epoch: int = Field(ge=1)
    """Chunks that are heard in one epoch, each from a random place."""
    batch: int = Field(ge=1)
    optimiser: Literal["adam", "adamw"] = "adamw"
    learning_rate: float = Field(gt=0)
    """The highest that the schedule reaches."""
    weight_decay: float = Field(ge=0)
    schedule: Literal["cosine", "constant"] = "cosine"
    """After the warm-up the rate falls along half a cosine, or stays."""
    warmup: float = Field(default=0.1, ge=0, lt=1)
    """Share of all steps in which the rate rises."""
    clip_norm: float = Field(default=5.0, gt=0)
    """Longest gradient; longer ones are shortened to it."""
    precision: Precision = "float32"
    """bfloat16 is faster where the processor, or the GPU, computes with it, and slower elsewhere."""
    balance: Literal["none", "class"] = "none"
    """How often a label is heard: as it comes, or all the same, when many slices of one recording count less."""
    patience: int | None = Field(default=None, ge=1)
    """Epochs without a better validation loss before it stops; never, if not given."""
    validation: float = Field(default=0.0, ge=0, le=0.5)
    """Share of the training groups that is set aside to decide when to stop."""

    @model_validator(mode="after")
    def _stopping_needs_validation(self) -> Self:
        if self.patience is not None and not self.validation:
            raise ValueError("patience needs a validation share above 0")
        return self


def rate_at(step: int, steps: int, plan: FitPlan) -> float:
    """Share of `plan.learning_rate` in (0, 1]: rises from START within the warm-up, then falls as the plan says."""
    warmup = round(plan.warmup * steps)
    if step < warmup:
        return START + (1 - START) * _half_cosine(step / warmup)
    if plan.schedule == "constant":
        return 1.0
    return 1 - (1 - END) * _half_cosine((step - warmup) / max(1, steps - warmup))


def _half_cosine(share: float) -> float:
    """From 0 to 1, flat at both ends."""
    return (1 - math.cos(math.pi * share)) / 2
