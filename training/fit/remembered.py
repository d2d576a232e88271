"""Takes that are made once and heard many times: making one may cost more than learning from it."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset


class Remembered(Dataset[tuple[Tensor, Tensor]]):
    """Item n is item n modulo `count` of `hearing`, kept in `folder` as half-precision floats once it was made.

    Several processes may ask at once: an item that two of them make is the same in both."""

    def __init__(self, hearing: Dataset[tuple[Tensor, Tensor]], count: int, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        frames, answer = hearing[0]
        self._hearing = hearing
        self._count = count
        self._frames = _on_disk(folder / "frames.npy", "float16", (count, *frames.shape))
        self._answers = _on_disk(folder / "answers.npy", "float16", (count, *answer.shape))
        self._is_made = _on_disk(folder / "made.npy", "bool", (count,))

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        index = number % self._count
        if not self._is_made[index]:
            frames, answer = self._hearing[index]
            self._frames[index], self._answers[index] = frames.numpy(), answer.numpy()
            self._is_made[index] = True
        frames, answer = torch.from_numpy(self._frames[index]), torch.from_numpy(self._answers[index])
        return frames.float(), answer.float()


def _on_disk(path: Path, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """What is there is gone on with; a new file is full of zeros, and takes no room until it is written to."""
    if path.exists():
        return np.lib.format.open_memmap(path, "r+")
    return np.lib.format.open_memmap(path, "w+", dtype, shape)
