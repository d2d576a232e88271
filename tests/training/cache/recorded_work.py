"""Something to be cached that leaves a trace of every time it is made."""

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.errors import FileUnreadable, UndecodableAudio
from training.cache.file_cache import FileArrays

LOG = "made.log"
SLOW_SECONDS = 0.05


def byte_values(path: Path) -> NDArray[np.uint8]:
    """The bytes of the file; a line in LOG beside it says that they were read."""
    with (path.parent / LOG).open("a") as log:
        log.write(f"{path.name}\n")
    content = path.read_bytes()
    if content == b"broken":
        raise UndecodableAudio("It is broken.")
    if content == b"unreadable":
        raise FileUnreadable("Not this time.")
    return np.frombuffer(content, dtype=np.uint8)


def slow_byte_values(path: Path) -> NDArray[np.uint8]:
    time.sleep(SLOW_SECONDS)
    return byte_values(path)


def made(folder: Path) -> list[str]:
    """The names of the files that were read, in order."""
    log = folder / LOG
    return log.read_text().split() if log.exists() else []


def fill_slowly(folder: Path, sounds: Path) -> None:
    arrays = FileArrays(folder, np.uint8, (), slow_byte_values)
    arrays.fill(sorted(sounds.glob("*.bin")), workers=2)


if __name__ == "__main__":
    fill_slowly(Path(sys.argv[1]), Path(sys.argv[2]))
