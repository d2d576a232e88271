"""How loud a sound is, and how much louder than another."""

import numpy as np
from numpy.typing import NDArray

from service.audio.stream import Samples

SILENT_RMS = 1e-5
"""-100 dB of full scale, below the last bit of 16: no ratio to this is worth anything."""


def rms(samples: Samples) -> float:
    """Root mean square of float32 (n,), n > 0."""
    return float(np.sqrt(np.dot(samples, samples) / len(samples)))


def is_silent(samples: Samples) -> bool:
    return rms(samples) < SILENT_RMS


def amplitude(decibels: float) -> np.float32:
    """The factor that changes a level by so many dB."""
    return np.float32(10 ** (decibels / 20))


def amplitudes(decibels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same for each of float32 (n,)."""
    factors: NDArray[np.float32] = np.exp(decibels * np.float32(np.log(10) / 20))
    return factors


def scaled_below(samples: Samples, reference: Samples, snr_db: float) -> Samples:
    """`samples` so loud that `reference` is `snr_db` above it. Both must be audible."""
    return samples * np.float32(rms(reference) / rms(samples) * amplitude(-snr_db))
