"""Recordings differ in level."""

import numpy as np
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.level import amplitude
from training.take import Take


class Gain(SoundAugmentation):
    """Louder or softer by min_db..max_db, uniform in dB. Nothing clips: samples beyond 1 stay what they are."""

    min_db: float = Field(default=-12.0, ge=-80, le=40)
    max_db: float = Field(default=6.0, ge=-80, le=40)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        return take.samples * amplitude(rng.uniform(self.min_db, self.max_db))
