"""Report 002: five dense layers on the numbers of one frame, each with batch normalisation and dropout."""

from typing import Literal

from pydantic import Field
from torch import nn

from training.networks.network import Network
from training.networks.tagger import Tagger

WIDTHS = (1024, 512, 256, 128, 64)


class DenseDeep(Network):
    kind: Literal["dense_deep"] = "dense_deep"
    dropout: float = Field(default=0.5, ge=0, lt=1)

    @property
    def window(self) -> tuple[int | None, int | None]:
        return 1, None

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [nn.Flatten()]
        before = bins
        for width in WIDTHS:
            layers += [nn.Linear(before, width), nn.ReLU(), nn.BatchNorm1d(width), nn.Dropout(self.dropout)]
            before = width
        return Tagger(bins, nn.Sequential(*layers[:-1]), before, outputs, self.dropout)  # the last dropout is its own
