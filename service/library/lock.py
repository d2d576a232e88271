"""One run at a time for each output."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import InvalidOption


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Held until the block or the process ends, however that ends. Raises InvalidOption if another process has it."""
    with file.open("a+", encoding="ascii") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise InvalidOption(
                f"Process {stream.read().strip() or 'of unknown number'} is writing to this --output. "
                "Wait until it is through, or name another one."
            ) from None
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
