"""What every decoder gives: one opened sound track, block by block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

BLOCK_FRAMES = 128 * 1024
"""Frames per block: with smaller ones the stages of an analysis push each other out of the caches more often."""

Checkpoint = Callable[[], None]
"""Called while decoding; raises to stop it (deadline, cancellation)."""


def no_checkpoint() -> None:
    """The checkpoint of a caller who never wants to stop."""


class SeekableFile(Protocol):
    """What sniffing and decoding need of a file."""

    def read(self, count: int = ..., /) -> bytes: ...
    def seek(self, offset: int, whence: int = ..., /) -> int: ...
    def tell(self) -> int: ...


@dataclass(slots=True)
class DecodedTrack:
    """A sound track that a decoder opened. `blocks` yields float32 (channels, frames), valid until the next one."""

    codec: str
    sample_rate: int
    channels: int
    claimed_seconds: float | None
    """Length by a header that states it; None where there is none, or only an estimate."""
    blocks: Iterator[Samples]
    damaged_packets: int = field(default=0)
    """Pieces that the decoder had to skip so far."""


class DecoderFailure(Exception):
    """A decoder cannot open the file, or cannot go on. Never leaves this package."""
