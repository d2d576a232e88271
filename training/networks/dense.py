"""Report 002: dense layers with dropout on the numbers of one frame."""

from abc import abstractmethod
from typing import ClassVar, Literal

from pydantic import Field
from torch import nn

from training.networks.tagger import Network, Tagger


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


class DenseSimple(DenseNetwork):
    WIDTHS = (512, 256, 64)
    kind: Literal["dense_simple"] = "dense_simple"
    dropout: float = Field(default=0.2, ge=0, lt=1)

    def layer(self, before: int, after: int) -> list[nn.Module]:
        return [nn.Linear(before, after), nn.ReLU()]


class DenseDeep(DenseNetwork):
    WIDTHS = (1024, 512, 256, 128, 64)
    kind: Literal["dense_deep"] = "dense_deep"

    def layer(self, before: int, after: int) -> list[nn.Module]:
        return [nn.Linear(before, after), nn.ReLU(), nn.BatchNorm1d(after)]
