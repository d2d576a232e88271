"""A waveform in few numbers, for whoever draws one: the largest magnitude of each small stretch of sound."""

from array import array

import numpy as np

from service.audio.stream import Samples

RATE_HZ = 16_000
"""That of the sound which the shipped models hear."""


class PeakMeter:
    """Fed with float32 mono (n,) at RATE_HZ, cut anywhere; `values` grows by each value that can change no more."""

    def __init__(self, per_second: int) -> None:
        self.values = array("f")
        """Magnitudes in [0, 1]; what lies above full scale counts as full scale."""
        self._per_second = per_second
        self._samples = 0
        self._under_way = 0.0

    def push(self, samples: Samples) -> None:
        if not len(samples):
            return
        behind = self._samples + len(samples)
        first, last = (place * self._per_second // RATE_HZ for place in (self._samples, behind - 1))
        later = -(np.arange(first + 1, last + 1) * -RATE_HZ // self._per_second) - self._samples
        peaks = np.maximum.reduceat(np.abs(samples), np.concatenate([[0], later]))
        peaks[0] = max(peaks[0], self._under_way)
        np.minimum(peaks, 1, out=peaks)
        self._samples = behind
        is_over = behind * self._per_second // RATE_HZ > last
        self._under_way = 0.0 if is_over else float(peaks[-1])
        self.values.frombytes((peaks if is_over else peaks[:-1]).tobytes())

    def finish(self) -> None:
        """The last stretch, which the end of the sound cut short."""
        if (self._samples - 1) * self._per_second // RATE_HZ == len(self.values):
            self.values.append(self._under_way)
