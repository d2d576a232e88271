"""One fit at a time in a folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderInUse(Exception):
    """Two processes would write the same checkpoints. Says where."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Until the block or the process ends. Raises FolderInUse."""
    with (folder / "process").open("a+", encoding="ascii") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock's, not kept by the workers of one that died
        except OSError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            raise FolderInUse(
                f"Process {other} is fitting in {folder}. Wait until it is done, or take another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
