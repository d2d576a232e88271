"""Report 001, network one: VGGish, which makes 128 numbers of 96 log-mel frames of 64 bins, hop 10 ms, at 16 kHz."""

from typing import Literal

from torch import Tensor, nn

from training.networks.published_weights import PretrainedNetwork
from training.networks.tagger import Tagger

FRAMES, BINS = 96, 64
GROUPS = ((64,), (128,), (256, 256), (512, 512))
"""Widths of the 3x3 convolutions before each max pooling."""
DENSE = (4096, 4096)
EMBEDDING = 128


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


class VggishNetwork(PretrainedNetwork):
    """A linear layer on VGGish's embedding. Weights are in torchvggish's layout; left out is how its numbers may be
    rounded to bytes."""

    LEFT_OUT = ("pproc.",)
    kind: Literal["vggish"] = "vggish"

    @property
    def window(self) -> tuple[int | None, int | None]:
        return FRAMES, BINS

    def untrained(self) -> nn.Module:
        return Vggish()

    def build(self, bins: int, outputs: int) -> Tagger:
        return Tagger(bins, self.pretrained(), EMBEDDING, outputs, dropout=0.0, normalised=False)
