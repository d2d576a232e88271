"""Report 001, network one: VGGish, which makes 128 numbers of 96 log-mel frames of 64 bins, hop 10 ms, at 16 kHz."""

from pathlib import Path
from typing import Literal, Self

import torch
from pydantic import model_validator
from torch import Tensor, nn

from training.networks.network import Network
from training.networks.published_weights import load_published, published
from training.networks.tagger import Tagger

FRAMES, BINS = 96, 64
GROUPS = ((64,), (128,), (256, 256), (512, 512))
"""Widths of the 3x3 convolutions before each max pooling."""
DENSE = (4096, 4096)
EMBEDDING = 128
LEFT_OUT = ("pproc.",)
"""What some files have beside the network: how its numbers may be rounded to bytes."""


class Vggish(nn.Module):
    """Layers stand under the numbers that torchvggish's weights have. Frames are taken as they come: log-mel as ln(mel
    of the magnitude + 0.01) is what the published weights know."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for group in GROUPS:
            for width in group:
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
                before = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        shrink = 2 ** len(GROUPS)
        dense: list[nn.Module] = []
        before *= (FRAMES // shrink) * (BINS // shrink)
        for width in (*DENSE, EMBEDDING):
            dense += [nn.Linear(before, width), nn.ReLU()]
            before = width
        self.embeddings = nn.Sequential(*dense)

    def embed(self, frames: Tensor) -> Tensor:
        """float32 (batch, 96, 64) -> float32 (batch, 128), none below 0."""
        return self(frames.unsqueeze(1))  # type: ignore[no-any-return]

    def forward(self, planes: Tensor) -> Tensor:
        """float32 (batch, 1, 96, 64) -> float32 (batch, 128)."""
        channels_last = self.features(planes).permute(0, 2, 3, 1)  # the order in which the first dense layer counts
        embedding: Tensor = self.embeddings(channels_last.flatten(1))
        return embedding


def vggish(weights: Path | None = None) -> Vggish:
    """With random weights, or those of a file in torchvggish's layout. Raises ValueError if they do not fit."""
    network = Vggish()
    if weights is not None:
        load_published(network, weights, LEFT_OUT)
    return network


class VggishNetwork(Network):
    """A linear layer on VGGish's embedding; all of it is learned."""

    kind: Literal["vggish"] = "vggish"
    weights: Path | None = None
    """In torchvggish's layout; random ones, if not given."""

    @property
    def begins_with(self) -> Path | None:
        return self.weights

    @property
    def window(self) -> tuple[int | None, int | None]:
        return FRAMES, BINS

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        if self.weights is not None:
            with torch.device("meta"):
                network = Vggish()
            published(network, self.weights, LEFT_OUT)
        return self

    def build(self, bins: int, outputs: int) -> Tagger:
        return Tagger(bins, vggish(self.weights), EMBEDDING, outputs, dropout=0.0, normalised=False)
