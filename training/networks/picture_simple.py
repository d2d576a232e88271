"""Report 003, first model: five convolutions with batch normalisation, and one wide dense layer."""

from typing import Literal

from torch import nn

from training.networks.picture import CHANNELS, PictureNetwork
from training.networks.tagger import Tagger

WIDTHS = (16, 32, 64, 128, 256)
DENSE = 512


class PictureSimple(PictureNetwork):
    kind: Literal["picture_simple"] = "picture_simple"

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [self.picture()]
        before = CHANNELS
        for width in WIDTHS:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        side = self.size // 2 ** (len(WIDTHS) - 1)
        # Behind the last convolution there is no pooling.
        layers = [*layers[:-1], nn.Flatten(), nn.Linear(before * side**2, DENSE), nn.ReLU(), nn.BatchNorm1d(DENSE)]
        return Tagger(bins, nn.Sequential(*layers), DENSE, outputs, self.dropout)
