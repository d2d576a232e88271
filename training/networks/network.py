"""What every network of a recipe is: its sizes, and the tagger that they make."""

from abc import ABC, abstractmethod
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from training.networks.tagger import Tagger


class Network(BaseModel, ABC):
    """The table `[network]` of a recipe; one is told from another by its `kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str

    @abstractmethod
    def build(self, bins: int, outputs: int) -> Tagger:
        """With random weights, or those of a file that the table names."""

    @property
    def begins_with(self) -> Path | None:
        """The file of weights that it does not have to learn from nothing."""
        return None

    @property
    def window(self) -> tuple[int | None, int | None]:
        """Frames and bins of what it hears; None where any number will do."""
        return None, None

    def check_window(self, frames: int, bins: int) -> None:
        """Raises ValueError if it cannot hear windows of this shape."""
        for what, needed, given in zip(("frames", "bins"), self.window, (frames, bins), strict=True):
            if needed is not None and given != needed:
                raise ValueError(f"{self.kind} hears windows of {needed} {what}; the front-end gives {given}")
