"""Report 003, third model: three convolutions, whose every point a recurrent layer reads, and a dense layer."""

from typing import Literal

from torch import Tensor, nn

from training.networks.picture import CHANNELS, PictureNetwork
from training.networks.tagger import Tagger

WIDTHS = (64, 128, 256)
RECURRENT = 128
DENSE = 512


class PictureCrnn(PictureNetwork):
    kind: Literal["picture_crnn"] = "picture_crnn"

    def build(self, bins: int, outputs: int) -> Tagger:
        layers: list[nn.Module] = [self.picture()]
        before = CHANNELS
        for width in WIDTHS:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        body = nn.Sequential(*layers, _LastState(before, RECURRENT), nn.Linear(RECURRENT, DENSE), nn.ReLU())
        return Tagger(bins, body, DENSE, outputs, self.dropout)


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
