"""Filtering by a frequency response: one pass to the spectrum and back, in proportion faster than any recursion."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from service.audio.stream import Samples

Gains = NDArray[np.float32]
"""float32 (bins,), amplitude per frequency of `frequencies`."""


def filtered(samples: Samples, gains_of: Callable[[int], Gains]) -> Samples:
    """float32 (n,), without phase shift; `gains_of(n_fft)` gives the gain of every frequency."""
    n_fft = scipy.fft.next_fast_len(len(samples), real=True)
    spectrum = scipy.fft.rfft(samples, n_fft)
    spectrum *= gains_of(n_fft)
    changed: Samples = scipy.fft.irfft(spectrum, n_fft)[: len(samples)]
    return changed


@lru_cache(maxsize=8)
def frequencies(n_fft: int, sample_rate: int) -> NDArray[np.float32]:
    """float32 (n_fft // 2 + 1,), Hz. Shared: not to be written to."""
    hertz = np.fft.rfftfreq(n_fft, 1 / sample_rate).astype(np.float32)
    hertz.flags.writeable = False
    return hertz
