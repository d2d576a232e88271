"""Something else goes on behind what is recorded."""

from dataclasses import replace

import numpy as np
from pydantic import Field

from training.augment.augmentation import Draw, Parameters
from training.augment.level import is_silent, scaled_below
from training.take import Take


class Background(Parameters):
    """Another take min_snr_db..max_snr_db below this one, so soft that the targets stay. Where either is silent
    nothing happens: there would be nothing behind, or nothing in front."""

    min_snr_db: float = Field(default=15.0, ge=10, le=100)
    max_snr_db: float = Field(default=30.0, ge=10, le=100)

    def apply(self, take: Take, draw: Draw, rng: np.random.Generator, /) -> Take:
        if rng.random() >= self.probability:
            return take
        behind = np.resize(draw(rng).samples, take.samples.shape)
        snr_db = rng.uniform(self.min_snr_db, self.max_snr_db)
        if is_silent(take.samples) or is_silent(behind):
            return take
        return replace(take, samples=take.samples + scaled_below(behind, take.samples, snr_db))
