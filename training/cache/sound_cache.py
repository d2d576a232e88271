"""Decoded sound: reading it back takes no time beside decoding it again in every epoch."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.cache.decoded import blocks_at
from training.cache.file_arrays import FileArrays

FULL_SCALE = 32_767
"""The int16 of the sample 1.0."""


class SoundCache:
    """Mono int16 at `sample_rate`, in a folder of its own inside `folder`."""

    def __init__(self, folder: Path, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._sound = FileArrays(
            folder / f"sound-{sample_rate}", np.int16, (), partial(decoded_int16, sample_rate=sample_rate)
        )

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = lambda _: None
    ) -> dict[Path, str]:
        """As FileArrays.fill: makes what is not there yet, returns the broken files with the reason."""
        return self._sound.fill(paths, workers, on_path)

    def samples(self, path: Path) -> NDArray[np.int16]:
        """Read-only int16 (n,), 32767 for 1.0. Raises NotCached."""
        return self._sound[path]


def decoded_int16(path: Path, sample_rate: int) -> NDArray[np.int16]:
    """The whole file, int16 (n,); what lies beyond -1 and 1 is clipped. Raises EarmarkError."""
    return np.concatenate(
        [
            np.clip(np.rint(block * np.float32(FULL_SCALE)), -FULL_SCALE, FULL_SCALE).astype(np.int16)
            for block in blocks_at(path, sample_rate)
        ]
    )
