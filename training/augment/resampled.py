"""A whole take at another rate, by the service's resampler."""

import numpy as np

from service.audio.resample import Resampler
from service.audio.stream import Samples


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """float32 (n,) -> float32 (about n * to_hz / from_hz,)."""
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate([resampler.push(samples), resampler.finish()])
