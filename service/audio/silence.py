"""Where the sound is silent: a map of tenths of a second, filled while the sound passes."""

import math

import numpy as np
from numpy.typing import NDArray

from service.audio.stream import Samples

STEPS_PER_SECOND = 10
SILENT_POWER = 10 ** (-60 / 10)
"""Mean square of -60 dBFS: below the noise of a quiet room through a microphone, above that of 16-bit dither."""


class SilenceMap:
    """Fed with float32 mono (n,) at `sample_rate`."""

    def __init__(self, sample_rate: int) -> None:
        self._step = max(1, sample_rate // STEPS_PER_SECOND)
        self._step_seconds = self._step / sample_rate
        self._carry: Samples = np.zeros(0, dtype=np.float32)
        self._silent: list[bool] = []

    @property
    def ratio(self) -> float:
        """Share of silent steps, in [0, 1]."""
        return sum(self._silent) / len(self._silent) if self._silent else 0.0

    def push(self, samples: Samples) -> None:
        buffer = np.concatenate([self._carry, samples]) if len(self._carry) else samples
        whole = len(buffer) // self._step * self._step
        self._note(buffer[:whole].reshape(-1, self._step))
        self._carry = buffer[whole:].copy()

    def finish(self) -> None:
        """Counts the last, shorter step."""
        if len(self._carry):
            self._note(self._carry[None])

    def is_silent(self, start: float, end: float) -> bool:
        """Whether every step that lies in these seconds, even in part, is silent."""
        first, behind = int(start / self._step_seconds + 1e-6), math.ceil(end / self._step_seconds - 1e-6)
        return all(self._silent[first:behind])

    def _note(self, steps: NDArray[np.float32]) -> None:
        power = np.vecdot(steps, steps) / np.float32(steps.shape[1])
        self._silent.extend((power < SILENT_POWER).tolist())
