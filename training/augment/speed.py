"""Tapes run fast or slow; songs and voices come in every pitch and tempo."""

import numpy as np
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.resampled import resampled
from training.take import Take


class Speed(SoundAugmentation):
    """Played min_factor..max_factor times as fast, pitch and tempo together. What gets shorter is repeated, what gets
    longer is cut."""

    min_factor: float = Field(default=0.9, ge=0.5, le=2)
    max_factor: float = Field(default=1.1, ge=0.5, le=2)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        factor = rng.uniform(self.min_factor, self.max_factor)
        played = resampled(take.samples, round(factor * take.sample_rate), take.sample_rate)
        return np.resize(played, take.samples.shape)
