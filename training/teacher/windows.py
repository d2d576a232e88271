"""Which windows a teacher hears of a sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of `length` samples that start every `hop` samples."""

    length: int
    hop: int

    def of(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n,) -> (windows, length), at least one window."""
        if len(samples) < self.length:
            return np.resize(samples, (1, self.length))
        return np.lib.stride_tricks.sliding_window_view(samples, self.length)[:: self.hop]
