"""Report 003, second model: eight convolutions with batch normalisation and pooling, and two dense layers."""

from typing import Literal

from pydantic import Field
from torch import nn

from training.networks.picture import CHANNELS, PictureNetwork
from training.networks.tagger import Tagger

WIDTHS = (32, 64, 128, 256, 512, 512, 1024, 1024)
"""After as many poolings a picture of 256 x 256 is one point."""
DENSE = 2048


class PictureDeep(PictureNetwork):
    kind: Literal["picture_deep"] = "picture_deep"
    size: int = Field(default=256, ge=256, lt=512)

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [self.picture()]
        before = CHANNELS
        for width in WIDTHS:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        dense = [*_dense(before), nn.Dropout(self.dropout), *_dense(DENSE)]
        return Tagger(bins, nn.Sequential(*layers, nn.Flatten(), *dense), DENSE, outputs, self.dropout)


def _dense(before: int) -> list[nn.Module]:
    return [nn.Linear(before, DENSE), nn.BatchNorm1d(DENSE), nn.ReLU()]
