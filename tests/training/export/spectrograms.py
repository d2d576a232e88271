"""Noisy spectrograms, and a small network that hears them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

FRAMES, BINS = 40, 16
CLASSES = 2


class SmallCnn(nn.Module):
    """A bit of everything that the real networks have: normalised input, a residual, dropout, mean and maximum."""

    def __init__(self) -> None:
        super().__init__()
        self.normalise = nn.BatchNorm1d(BINS, affine=False)
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.change = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8))
        self.second = nn.Sequential(nn.Conv2d(8, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU())
        self.embedding = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(64, CLASSES)

    def forward(self, frames: Tensor) -> Tensor:
        planes = self.first(self.normalise(frames.transpose(1, 2)).transpose(1, 2).unsqueeze(1))
        planes = self.second(torch.relu(planes + self.change(planes)))
        pooled = torch.cat([planes.mean((2, 3)), planes.amax((2, 3))], dim=1)
        logits: Tensor = self.head(self.dropout(self.embedding(pooled)))
        return logits


def small_cnn(seed: int = 0) -> SmallCnn:
    """In evaluation mode, with statistics as after some training, so that forgetting them shows."""
    torch.manual_seed(seed)
    network = SmallCnn()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            is_input = module is network.normalise
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(-40 if is_input else 0.0, 1.0)
            module.running_var.uniform_(0.5, 2.0).mul_(100 if is_input else 1)
    return network.eval()


def spectrograms(count: int, seed: int) -> NDArray[np.float32]:
    """dB float32 (count, FRAMES, BINS): a tone in noise that rises or falls by a bin every few frames."""
    rng = np.random.default_rng(seed)
    frames = rng.normal(-45, 8, (count, FRAMES, BINS)).astype(np.float32)
    for item in frames:
        item[np.arange(FRAMES), (np.arange(FRAMES) // 3 * rng.choice([-1, 1]) + rng.integers(BINS)) % BINS] += 16
    return frames
