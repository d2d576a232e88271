"""A remote file, fetched to where decoders can seek."""

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from service.errors import Cancelled, DeadlineExceeded, LimitExceeded, StorageFull
from service.library.item import Item
from service.library.remote_store import remote_errors, remote_store

MAX_BYTES = 4 * 1024**3
"""As large as a WAV can be: five hours and a half of stereo at 44.1 kHz and 24 bits, or weeks of MP3."""
_PIECE_BYTES = 4 * 1024**2
_STREAMING = {"http", "https"}
"""Of these, pieces cannot be asked for: not every server knows how to send them."""


def fetch(item: Item, limit_seconds: float, cancelled: Callable[[], bool]) -> int:
    """A descriptor of the content, in a file without a name that is gone when it is closed. Raises EarmarkError."""
    if (item.size_bytes or 0) > MAX_BYTES:
        raise _too_large(item.size_bytes)
    started = time.monotonic()
    store, path = remote_store(item.path)
    way = {"block_size": 0} if item.path.split(":")[0] in _STREAMING else {"cache_type": "none"}
    with tempfile.TemporaryFile(buffering=0) as file:
        with remote_errors(item.path), store.open(path, "rb", **way) as remote:
            while piece := remote.read(_PIECE_BYTES):
                if cancelled():
                    raise Cancelled("The caller asked to stop.")
                if time.monotonic() - started > limit_seconds:
                    raise DeadlineExceeded(
                        f"{file.tell()} bytes came within {limit_seconds:g} s, and that was not all. A faster "
                        "connection is needed, or more of EARMARK_MAX_ANALYSIS_SECONDS."
                    )
                if file.tell() + len(piece) > MAX_BYTES:
                    raise _too_large(file.tell() + len(piece))
                _write(file, piece)
        file.seek(0)
        return os.dup(file.fileno())


def _write(file: BinaryIO, piece: bytes) -> None:
    left = memoryview(piece)
    with _room():
        while left:
            left = left[file.write(left) :]


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise StorageFull(
            f"The folder for temporary files, {tempfile.gettempdir()}, is full. TMPDIR names another one."
        ) from None


def _too_large(size: int | None) -> LimitExceeded:
    return LimitExceeded(f"The file has at least {size} bytes; {MAX_BYTES} are allowed. Split it, or make it an MP3.")
