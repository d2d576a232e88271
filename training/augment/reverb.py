"""Speech and music in rooms."""

import numpy as np
import scipy.fft
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.level import amplitude
from training.take import Take


class Reverb(SoundAugmentation):
    """Adds the tail of a room: exponentially decaying noise that falls by 60 dB in min_rt60..max_rt60 seconds, the
    energy of its response min_direct_db..max_direct_db below the direct sound."""

    min_rt60: float = Field(default=0.15, ge=0.05, le=3)
    max_rt60: float = Field(default=0.6, ge=0.05, le=3)
    min_direct_db: float = Field(default=0.0, ge=-20, le=40)
    max_direct_db: float = Field(default=12.0, ge=-20, le=40)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        samples = take.samples
        tail = decaying_noise(rng.uniform(self.min_rt60, self.max_rt60), take.sample_rate, rng)
        tail *= amplitude(-rng.uniform(self.min_direct_db, self.max_direct_db))
        n_fft = scipy.fft.next_fast_len(len(samples) + len(tail), real=True)
        late: Samples = scipy.fft.irfft(scipy.fft.rfft(samples, n_fft) * scipy.fft.rfft(tail, n_fft), n_fft)
        return samples + late[: len(samples)]


def decaying_noise(rt60: float, sample_rate: int, rng: np.random.Generator) -> Samples:
    """float32 (rt60 * sample_rate,) of energy 1."""
    length = round(rt60 * sample_rate)
    tail = rng.standard_normal(length, dtype=np.float32)
    tail *= np.exp(np.linspace(0, -np.log(1_000), length, dtype=np.float32))
    tail /= np.linalg.norm(tail)
    return tail
