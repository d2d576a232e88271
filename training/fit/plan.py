"""How a network is fitted: the numbers that a recipe states."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Precision = Literal["float32", "bfloat16"]


class FitPlan(BaseModel):
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
