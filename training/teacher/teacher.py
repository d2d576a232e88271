"""A larger tagger that a small network can learn from: what it is asked, and what it answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
MOST_NAMES = 6
"""Tensors that an error lists: the last ones, which are those that a student would imitate."""


class TeacherError(Exception):
    """The file is no teacher for us. Says why, and what would do."""


class Teacher(Protocol):
    """Hears windows of `window_samples` that start every `hop_samples`, at SAMPLE_RATE."""

    @property
    def window_samples(self) -> int: ...

    @property
    def hop_samples(self) -> int: ...

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers per answer, of each tensor that was asked for; an answer has one after the other."""

    def listen(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n,) in [-1, 1] -> float32 (windows, sum of widths).

        A sound shorter than a window is repeated; of a longer one the rest that fills no window is not heard."""


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
