"""Where a take begins says nothing of what is in it."""

import numpy as np
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.take import Take


class TimeShift(SoundAugmentation):
    """Turns the take by up to `max_seconds` either way: what was before the cut follows the end."""

    max_seconds: float = Field(default=1.5, gt=0, le=60)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        most = round(self.max_seconds * take.sample_rate)
        return np.roll(take.samples, int(rng.integers(-most, most, endpoint=True)))
