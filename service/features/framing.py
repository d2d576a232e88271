"""Overlapping frames of a stream: those at a block border are those of the whole signal."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Frames = NDArray[np.float32]


class Framer:
    """Cuts frames of `length` every `hop` samples; `centred` puts frame t around sample t * hop, zeros at both ends."""

    def __init__(self, length: int, hop: int, *, centred: bool) -> None:
        self._length = length
        self._hop = hop
        self._edge = np.zeros(length // 2 if centred else 0, dtype=np.float32)
        self._carry = self._edge
        self._skip = 0  # where hop > length, samples between frames belong to none

    def push(self, samples: Samples) -> Frames:
        """float32 (n,) -> a view of float32 (frames, length), all frames that are complete by now."""
        buffer = np.concatenate([self._carry, samples])
        start = min(self._skip, len(buffer))
        complete = max(0, (len(buffer) - start - self._length) // self._hop + 1)
        if not complete:
            self._carry, self._skip = buffer[start:], self._skip - start
            return np.empty((0, self._length), dtype=np.float32)
        frames = sliding_window_view(buffer[start:], self._length)[:: self._hop][:complete]
        following = start + complete * self._hop
        self._carry, self._skip = buffer[following:].copy(), max(0, following - len(buffer))
        return frames

    def finish(self) -> Frames:
        """The frames that reach over the end."""
        return self.push(self._edge)
