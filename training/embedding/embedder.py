"""What every embedder is to the rest of training: a few hundred numbers for each window of sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
"""(n,) samples, or (n, bins) frames."""
Embeddings = NDArray[np.float32]
"""(n, width)"""
MOST_NAMES = 6
"""Tensors that an error lists: the last ones, among which an embedding usually is."""


class EmbedderError(Exception):
    """The file embeds nothing for us. Says why, and what would do."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A whole file, and how long it is."""

    rows: Rows
    seconds: float


class Embedder(Protocol):
    @property
    def rate(self) -> float:
        """Rows a second."""
        ...

    @property
    def window(self) -> int:
        """Rows that it hears at once."""
        ...

    @property
    def width(self) -> int: ...

    def hear(self, path: Path) -> Heard:
        """Raises EarmarkError if the file cannot be decoded."""
        ...

    def embed(self, windows: Rows) -> Embeddings:
        """float32 (n, window) or (n, window, bins) -> float32 (n, width)."""
        ...


def spread(length: int, window: int) -> list[int]:
    """Where windows start, so that all of `length` rows is heard by as few of them as can be, evenly apart."""
    assert length >= window
    count = -(-length // window)
    return [round(index * (length - window) / max(1, count - 1)) for index in range(count)]


def no_such_tensor(graph: str, tensor: str, computed: Sequence[str]) -> EmbedderError:
    """`graph` is what it is called in the message."""
    some = ", ".join(repr(name) for name in computed[-MOST_NAMES:])
    return EmbedderError(f"{graph} computes no tensor {tensor!r}; the last of its {len(computed)} are {some}.")
