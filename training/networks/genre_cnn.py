"""Report 001, network two: five convolutions with batch normalisation and max pooling, two dense layers."""

from typing import Literal

from pydantic import Field
from torch import nn

from training.networks.network import Network
from training.networks.tagger import Tagger

CONVOLUTIONS = 5


class GenreCnn(Network):
    """The report gives no sizes: the defaults are ours. Its log-softmax belongs to the loss; logits are exported."""

    kind: Literal["genre_cnn"] = "genre_cnn"
    widths: tuple[int, ...] = Field(default=(16, 32, 64, 128, 128), min_length=CONVOLUTIONS, max_length=CONVOLUTIONS)
    dense: int = Field(default=256, ge=1)
    dropout: float = Field(default=0.5, ge=0, lt=1)
    frames: int = Field(default=129, ge=2**CONVOLUTIONS)
    """129 are 3 s at 22,050 Hz with a hop of 512."""

    @property
    def window(self) -> tuple[int | None, int | None]:
        return self.frames, None

    def check_window(self, frames: int, bins: int) -> None:
        super().check_window(frames, bins)
        if bins < 2**CONVOLUTIONS:
            raise ValueError(f"{CONVOLUTIONS} poolings need {2**CONVOLUTIONS} bins; the front-end gives {bins}")

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = []
        before = 1
        for width in self.widths:
            layers += [_convolution(before, width), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        flat = before * (self.frames // 2**CONVOLUTIONS) * (bins // 2**CONVOLUTIONS)
        body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, self.dense), nn.ReLU())
        return Tagger(bins, body, self.dense, outputs, self.dropout)


def _convolution(before: int, after: int) -> nn.Conv2d:
    """Weights from a normal distribution, as wide as keeps the size of what passes."""
    made = nn.Conv2d(before, after, 3, padding=1)
    nn.init.kaiming_normal_(made.weight, nonlinearity="relu")
    return made
