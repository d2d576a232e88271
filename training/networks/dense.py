"""Report 002: dense layers with dropout on the numbers of one frame."""

from abc import abstractmethod
from typing import ClassVar

from pydantic import Field
from torch import nn

from training.networks.network import Network
from training.networks.tagger import Tagger


class DenseNetwork(Network):
    WIDTHS: ClassVar[tuple[int, ...]]
    dropout: float = Field(default=0.5, ge=0, lt=1)

    @property
    def window(self) -> tuple[int | None, int | None]:
        return 1, None

    @abstractmethod
    def layer(self, before: int, after: int) -> list[nn.Module]:
        """What comes before the dropout."""

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [nn.Flatten()]
        before = bins
        for width in self.WIDTHS:
            layers += [*self.layer(before, width), nn.Dropout(self.dropout)]
            before = width
        return Tagger(bins, nn.Sequential(*layers[:-1]), before, outputs, self.dropout)  # the last dropout is its own
