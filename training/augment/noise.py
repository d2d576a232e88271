"""Every recorder hisses, every place rumbles."""

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.level import amplitude, amplitudes, is_silent, rms, scaled_below
from training.augment.response import frequencies
from training.take import Take

FLAT_BELOW_HZ = 50.0
"""Without this, brown noise would be a rumble that nobody hears and the features leave out."""


class Noise(SoundAugmentation):
    """Coloured noise, from brown (-6 dB an octave) to white (0), min_snr_db..max_snr_db below the take; in a silent
    take at `silent_level_db` of full scale."""

    min_snr_db: float = Field(default=10.0, ge=-20, le=100)
    max_snr_db: float = Field(default=40.0, ge=-20, le=100)
    min_db_per_octave: float = Field(default=-6.0, ge=-12, le=6)
    max_db_per_octave: float = Field(default=0.0, ge=-12, le=6)
    silent_level_db: float = Field(default=-70.0, ge=-100, le=-20)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        samples, slope = take.samples, rng.uniform(self.min_db_per_octave, self.max_db_per_octave)
        noise = coloured_noise(len(samples), take.sample_rate, slope, rng)
        snr_db = rng.uniform(self.min_snr_db, self.max_snr_db)
        if is_silent(samples):
            return samples + noise * np.float32(amplitude(self.silent_level_db) / rms(noise))
        return samples + scaled_below(noise, samples, snr_db)


def coloured_noise(length: int, sample_rate: int, db_per_octave: float, rng: np.random.Generator) -> Samples:
    """float32 (length,), Gaussian, of no particular level: made as a spectrum, which saves the way there."""
    n_fft = scipy.fft.next_fast_len(length, real=True)
    octaves = _octaves(n_fft, sample_rate)
    parts = rng.standard_normal((2, len(octaves)), dtype=np.float32)
    spectrum = np.empty(len(octaves), dtype=np.complex64)
    spectrum.real, spectrum.imag = parts * amplitudes(octaves * np.float32(db_per_octave))
    spectrum[0] = 0
    noise: Samples = scipy.fft.irfft(spectrum, n_fft)[:length]
    return noise


@lru_cache(maxsize=8)
def _octaves(n_fft: int, sample_rate: int) -> NDArray[np.float32]:
    """float32 (n_fft // 2 + 1,), above FLAT_BELOW_HZ."""
    return np.log2(np.maximum(frequencies(n_fft, sample_rate), FLAT_BELOW_HZ) / FLAT_BELOW_HZ).astype(np.float32)
