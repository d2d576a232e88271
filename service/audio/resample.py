"""The one resampler: soxr HQ as a stream, bit for bit what one shot over the whole file would give."""

import numpy as np
import soxr

from service.audio.decoded import Samples


class Resampler:
    """Mono float32 from `from_hz` to `to_hz`; passes through where they are equal."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32")

    def push(self, samples: Samples) -> Samples:
        """What can be said after these samples; the stream holds some back until the next ones."""
        return samples if self._stream is None else self._stream.resample_chunk(samples)

    def finish(self) -> Samples:
        """The held back rest."""
        nothing = np.zeros(0, dtype=np.float32)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)
