"""Report 003: windows as square pictures with three channels, and its first three networks on them."""

from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from training.networks.tagger import Network, Tagger

CHANNELS = 3
EPSILON = 1e-3
"""Added to variances in the head, that what hardly varies in few pictures is not blown up."""


class PictureNetwork(Network):
    """Hears any number of frames and bins: they are cropped, then drawn on size x size points."""

    size: int = Field(default=256, ge=16, le=1024)
    crop_frames: float = Field(default=1.0, gt=0, le=1)
    """Share of the frames that is kept, from the middle."""
    crop_bins: float = Field(default=1.0, gt=0, le=1)
    """Share of the bins that is kept, the lowest ones."""
    dropout: float = Field(default=0.5, ge=0, lt=1)

    def check_window(self, frames: int, bins: int) -> None:
        for what, kept in (("frames", cropped(frames, self.crop_frames)), ("bins", cropped(bins, self.crop_bins))):
            if kept > 2 * self.size:  # between two points that are further apart, what is there is not seen
                raise ValueError(
                    f"{self.kind} draws {self.size} x {self.size} points from at most {2 * self.size} {what}; there "
                    f"are {kept}, so make fewer in front_end, or crop them"
                )

    def picture(self) -> "Picture":
        return Picture(self.size, self.crop_frames, self.crop_bins)


class Picture(nn.Module):
    """float32 (batch, 1, frames, bins) -> (batch, 3, size, size): the same values in all three channels."""

    def __init__(self, size: int, crop_frames: float, crop_bins: float) -> None:
        super().__init__()
        self.size = size
        self.crop_frames = crop_frames
        self.crop_bins = crop_bins

    def forward(self, planes: Tensor) -> Tensor:
        frames, bins = planes.shape[2:]
        count = cropped(frames, self.crop_frames)
        first = (frames - count) // 2
        seen = planes[:, :, first : first + count, : cropped(bins, self.crop_bins)]
        if seen.shape[2:] != (self.size, self.size):
            seen = functional.interpolate(seen, (self.size, self.size), mode="bilinear")
        return seen.expand(-1, CHANNELS, -1, -1)


def cropped(count: int, share: float) -> int:
    """At least one."""
    return max(1, round(count * share))


def dense_on_means(width: int, dense: int) -> list[nn.Module]:
    """The head that the report puts on networks that were trained on pictures, up to its dropout:
    float32 (batch, width, ...) -> (batch, dense)."""
    return [
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, dense),
        nn.ReLU(),
        nn.BatchNorm1d(dense, eps=EPSILON),
    ]


SIMPLE_WIDTHS = (16, 32, 64, 128, 256)
SIMPLE_DENSE = 512


class PictureSimple(PictureNetwork):
    kind: Literal["picture_simple"] = "picture_simple"

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [self.picture()]
        before = CHANNELS
        for width in SIMPLE_WIDTHS:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        side = self.size // 2 ** (len(SIMPLE_WIDTHS) - 1)
        # Behind the last convolution there is no pooling.
        layers = [
            *layers[:-1],
            nn.Flatten(),
            nn.Linear(before * side**2, SIMPLE_DENSE),
            nn.ReLU(),
            nn.BatchNorm1d(SIMPLE_DENSE),
        ]
        return Tagger(bins, nn.Sequential(*layers), SIMPLE_DENSE, outputs, self.dropout)


DEEP_WIDTHS = (32, 64, 128, 256, 512, 512, 1024, 1024)
"""After as many poolings a picture of 256 x 256 is one point."""
DEEP_DENSE = 2048


class PictureDeep(PictureNetwork):
    kind: Literal["picture_deep"] = "picture_deep"
    size: int = Field(default=256, ge=256, lt=512)

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [self.picture()]
        before = CHANNELS
        for width in DEEP_WIDTHS:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        dense = [*_dense(before), nn.Dropout(self.dropout), *_dense(DEEP_DENSE)]
        return Tagger(bins, nn.Sequential(*layers, nn.Flatten(), *dense), DEEP_DENSE, outputs, self.dropout)


def _dense(before: int) -> list[nn.Module]:
    return [nn.Linear(before, DEEP_DENSE), nn.BatchNorm1d(DEEP_DENSE), nn.ReLU()]


CRNN_WIDTHS = (64, 128, 256)
RECURRENT = 128
CRNN_DENSE = 512


class PictureCrnn(PictureNetwork):
    kind: Literal["picture_crnn"] = "picture_crnn"

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [self.picture()]
        before = CHANNELS
        for width in CRNN_WIDTHS:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        body = nn.Sequential(*layers, _LastState(before, RECURRENT), nn.Linear(RECURRENT, CRNN_DENSE), nn.ReLU())
        return Tagger(bins, body, CRNN_DENSE, outputs, self.dropout)


class _LastState(nn.Module):
    """float32 (batch, width, time, bins) -> (batch, state): what is left when all points were read, moment by moment
    and from the lowest bin up."""

    def __init__(self, width: int, state: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, state, batch_first=True)

    def forward(self, planes: Tensor) -> Tensor:
        states, _ = self.lstm(planes.flatten(2).transpose(1, 2))
        last: Tensor = states[:, -1]
        return last
