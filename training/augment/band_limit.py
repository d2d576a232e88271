"""Not every recording has all frequencies: old files, low sample rates, telephones."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.response import Gains, filtered, frequencies
from training.take import Take

TELEPHONE_HZ = (300.0, 3_400.0)
"""The band of the telephone network (ITU-T G.712)."""
TRANSITION = 0.1
"""Width of the edge relative to its frequency, about that of the filters in good resamplers."""


class BandLimit(SoundAugmentation):
    """A low-pass at min_hz..max_hz, uniform in octaves: what a recording at twice that rate leaves. `telephone_share`
    of those that are limited get the band of a telephone instead."""

    min_hz: float = Field(default=2_500.0, ge=500, le=8_000)
    max_hz: float = Field(default=7_000.0, ge=500, le=8_000)
    telephone_share: float = Field(default=0.2, ge=0, le=1)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        if rng.random() < self.telephone_share:
            low, high = TELEPHONE_HZ
        else:
            low, high = 0.0, float(np.exp(rng.uniform(np.log(self.min_hz), np.log(self.max_hz))))
        return filtered(take.samples, partial(_band, low, high, take.sample_rate))


def _band(low_hz: float, high_hz: float, sample_rate: int, n_fft: int) -> Gains:
    """1 inside, 0 outside, half a cosine between; nothing is left from `high_hz` up, nor from `low_hz` down."""
    hertz = frequencies(n_fft, sample_rate)
    gains = 1 - _edge(high_hz * (1 - TRANSITION), high_hz, hertz)
    return gains * _edge(low_hz, low_hz * (1 + TRANSITION), hertz) if low_hz else gains


def _edge(from_hz: float, to_hz: float, hertz: NDArray[np.float32]) -> Gains:
    """Rises from 0 to 1."""
    first, last = np.searchsorted(hertz, [from_hz, to_hz])
    gains = np.ones(len(hertz), dtype=np.float32)
    gains[:first] = 0
    gains[first:last] = 0.5 - 0.5 * np.cos(np.pi * (hertz[first:last] - from_hz) / (to_hz - from_hz))
    return gains
