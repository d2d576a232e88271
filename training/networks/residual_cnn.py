"""A small residual CNN: strided convolutions, each followed by residual blocks; mean and maximum over time."""

from typing import Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from training.networks.network import Network
from training.networks.tagger import Tagger


class ResidualCnn(Network):
    kind: Literal["residual_cnn"] = "residual_cnn"
    widths: tuple[int, ...] = Field(min_length=1)
    """Channels after each convolution of stride 2."""
    blocks: tuple[int, ...]
    """Residual blocks behind each of them."""
    bottleneck: float = Field(gt=0, le=1)
    """Channels inside a residual block, as a share of those outside."""
    embedding: int = Field(ge=1)
    kernel: int = 3
    dropout: float = Field(ge=0, lt=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(self.blocks) != len(self.widths):
            raise ValueError(f"{len(self.widths)} widths need as many blocks; there are {len(self.blocks)}")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel must be odd; it is {self.kernel}")
        return self

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = []
        before, remaining = 1, bins
        for width, blocks in zip(self.widths, self.blocks, strict=True):
            layers.append(_convolution(before, width, self.kernel, stride=2))
            layers += [_Residual(width, max(1, round(width * self.bottleneck)), self.kernel) for _ in range(blocks)]
            before, remaining = width, (remaining + 1) // 2
        body = nn.Sequential(*layers, _OverTime(), nn.Linear(2 * before * remaining, self.embedding), nn.ReLU())
        return Tagger(bins, body, self.embedding, outputs, self.dropout)


class _Residual(nn.Module):
    def __init__(self, width: int, inside: int, kernel: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            _convolution(width, inside, kernel),
            nn.Conv2d(inside, width, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, planes: Tensor) -> Tensor:
        return torch.relu(planes + self.change(planes))


class _OverTime(nn.Module):
    """float32 (batch, width, time, bins) -> (batch, 2 width bins): mean and maximum. Where in the spectrum something
    was matters, and is kept; when it was does not."""

    def forward(self, planes: Tensor) -> Tensor:
        return torch.cat([planes.mean(2).flatten(1), planes.amax(2).flatten(1)], dim=1)


def _convolution(before: int, after: int, kernel: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(after), nn.ReLU()
    )
