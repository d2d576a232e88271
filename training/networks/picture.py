"""Report 003: windows as square pictures with three channels, and what its networks on them have in common."""

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from training.networks.network import Network

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
