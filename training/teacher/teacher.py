"""A larger tagger that a small network can learn from: what it is asked, and what it answers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.teacher.windows import Windows

SAMPLE_RATE = 16_000
"""Hz, of the sound that every teacher hears."""

MOST_NAMES = 6
"""Tensors that an error lists: the last ones, which are those that a student would imitate."""


class TeacherError(Exception):
    """The file is no teacher for us. Says why, and what would do."""


class Teacher(ABC):
    """Hears windows of `window_samples` that start every `hop_samples`, of sound at SAMPLE_RATE."""

    def __init__(self, window_samples: int, hop_samples: int) -> None:
        """To be called when `_answer` works."""
        self._windows = Windows(window_samples, hop_samples)
        self.widths = tuple(len(part) for part in self._answer(np.zeros(window_samples, np.float32)))
        """Numbers per answer, of each tensor that was asked for; an answer has one after the other."""

    @property
    def window_samples(self) -> int:
        return self._windows.length

    @property
    def hop_samples(self) -> int:
        return self._windows.hop

    def listen(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n,) in [-1, 1] -> float32 (windows, sum of widths).

        A sound shorter than a window is repeated; of a longer one the rest that fills no window is not heard."""
        return np.stack([np.concatenate(self._answer(window)) for window in self._windows.of(samples)])

    @abstractmethod
    def _answer(self, window: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """float32 (window_samples,) -> float32 (width,) for each tensor."""


def waveform_samples(path: Path, shapes: dict[str, list[int]], are_floats: bool) -> int:
    """The length of the one waveform that the model in `path` takes; free dimensions stand as 1 in `shapes`."""
    if len(shapes) == 1 and are_floats:
        ((_, shape),) = shapes.items()
        long = [size for size in shape if size > 1]
        if len(long) == 1:
            return long[0]
    raise TeacherError(
        f"{path.name} takes {shapes} ({'32-bit floats' if are_floats else 'not 32-bit floats'}); a teacher takes one "
        "waveform, 32-bit floats with one dimension of a fixed number of samples."
    )


def no_such_tensor(path: Path, tensor: str, computed: Sequence[str]) -> TeacherError:
    some = ", ".join(repr(name) for name in computed[-MOST_NAMES:])
    return TeacherError(f"{path.name} computes no tensor {tensor!r}; the last of its {len(computed)} are {some}.")
