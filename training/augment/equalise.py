"""Recordings differ in colour: microphones, rooms, mastering."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.level import amplitudes
from training.augment.response import Gains, filtered, frequencies
from training.take import Take

LOWEST_HZ = 60.0
"""The first control point; the last is at half the sample rate, those between at equal steps in octaves."""


class Equalise(SoundAugmentation):
    """A smooth random frequency response: `points` gains in -max_db..max_db, joined without kinks or overshoot."""

    max_db: float = Field(default=6.0, gt=0, le=24)
    points: int = Field(default=6, ge=2, le=32)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        decibels = rng.uniform(-self.max_db, self.max_db, self.points).astype(np.float32)

        def gains(n_fft: int) -> Gains:
            right, weights = _curve(n_fft, take.sample_rate, self.points)
            left = decibels[right - 1]
            response = left + weights * (decibels[right] - left)
            return amplitudes(response)

        return filtered(take.samples, gains)


@lru_cache(maxsize=8)
def _curve(n_fft: int, sample_rate: int, points: int) -> tuple[NDArray[np.intp], Gains]:
    """Per frequency the control point on its right, and how much of the way from the left one it is, eased."""
    octaves = np.log2(np.maximum(frequencies(n_fft, sample_rate), LOWEST_HZ) / LOWEST_HZ)
    position = octaves / np.log2(sample_rate / 2 / LOWEST_HZ) * (points - 1)
    right = np.clip(np.floor(position).astype(np.intp) + 1, 1, points - 1)
    weights = 0.5 - 0.5 * np.cos(np.pi * np.clip(position - (right - 1), 0, 1))
    return right, weights.astype(np.float32)
