"""Takes to augment, and ways to measure what became of them."""

import numpy as np
from numpy.typing import NDArray

from training.augment.take import Draw, Take

Samples = NDArray[np.float32]
RATE = 16_000


def take_of(samples: Samples, *targets: float, rate: int = RATE) -> Take:
    return Take(samples, np.array(targets or (1, 0), dtype=np.float32), rate)


def always(take: Take) -> Draw:
    return lambda _: take


def no_other(rng: np.random.Generator) -> Take:
    """For augmentations that need no other take."""
    raise AssertionError("another take was drawn")


def decibels(ratio: float) -> float:
    return float(20 * np.log10(ratio))


def level_db(samples: Samples) -> float:
    """RMS in dB of full scale, in double precision."""
    return decibels(float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))))


def band_db(samples: Samples, low_hz: float, high_hz: float, rate: int = RATE) -> float:
    """Mean power of the spectrum's bins in a band, in dB."""
    power = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    return float(10 * np.log10(power[(hertz >= low_hz) & (hertz < high_hz)].mean() + 1e-30))


def lag(changed: Samples, original: Samples) -> int:
    """By how many samples `changed` is late, at the peak of the circular correlation."""
    size = len(original) * 2
    correlation = np.fft.irfft(np.fft.rfft(changed, size) * np.conj(np.fft.rfft(original, size)), size)
    peak = int(np.argmax(correlation))
    return peak if peak < size // 2 else peak - size
