"""Convolutions over a short slice of frames: report 000's network, and the second one of report 001."""

from math import ceil
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from training.networks.tagger import Network, Tagger

WIDTHS = (32, 64, 128, 256)
DENSE = 512
POOL = 2
"""Numbers that one maximum is taken of, along either axis."""


class SliceCnn(Network):
    kind: Literal["slice_cnn"] = "slice_cnn"
    pooling: bool
    """Whether pooling behind each convolution makes the planes smaller; else the convolutions do, all but the first."""
    activation: Literal["relu", "tanh"] = "relu"
    kernel: int = Field(ge=1, le=9)
    stride: Literal[2, 3] = 2
    """Stride of the pooling, or of the convolutions where there is none."""
    frames: int = Field(default=32, ge=1)

    @property
    def window(self) -> tuple[int | None, int | None]:
        return self.frames, None

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = []
        before, sides = 1, [self.frames, bins]
        for number, width in enumerate(WIDTHS):
            stride = 1 if self.pooling or number == 0 else self.stride
            layers += [_Padding(self.kernel, stride, 0.0), nn.Conv2d(before, width, self.kernel, stride)]
            layers.append(self._activation())
            if self.pooling:
                layers += [_Padding(POOL, self.stride, -torch.inf), nn.MaxPool2d(POOL, self.stride)]
                stride = self.stride
            before, sides = width, [ceil(side / stride) for side in sides]
        flat = before * sides[0] * sides[1]
        body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, DENSE), self._activation())
        return Tagger(bins, body, DENSE, outputs, dropout=0.0)

    def _activation(self) -> nn.Module:
        return nn.ReLU() if self.activation == "relu" else nn.Tanh()


class _Padding(nn.Module):
    """As much on all sides that what follows gives ceil(side / stride); what is odd goes to the far side."""

    def __init__(self, kernel: int, stride: int, value: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.stride = stride
        self.value = value

    def forward(self, planes: Tensor) -> Tensor:
        top, bottom = self._edges(planes.shape[2])
        left, right = self._edges(planes.shape[3])
        if top + bottom + left + right == 0:
            return planes
        return functional.pad(planes, (left, right, top, bottom), value=self.value)

    def _edges(self, side: int) -> tuple[int, int]:
        missing = max(0, (ceil(side / self.stride) - 1) * self.stride + self.kernel - side)
        return missing // 2, missing - missing // 2


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
