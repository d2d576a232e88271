"""Where the tables of a library are, and what a run keeps beside them."""

import os
from collections.abc import Callable
from pathlib import Path

from service.errors import InvalidOption

SUFFIX = ".parquet"
CHUNKS = "chunks.parquet"


class Place:
    """`results.parquet` and `results.chunks/`; in the latter `part=N/chunks.parquet`, and the folder `_run`.

    Readers of data sets pass over what begins with an underscore."""

    def __init__(self, output: Path) -> None:
        """Raises InvalidOption if no table can be there."""
        if output.suffix != SUFFIX:
            raise InvalidOption(f"--output is {output}; its name has to end in {SUFFIX}.")
        if not output.parent.is_dir():
            raise InvalidOption(f"--output is {output}; there is no folder {output.parent}.")
        if output.is_dir():
            raise InvalidOption(f"--output is {output}, which is a folder; a file is needed.")
        self.table = output.absolute()
        self.chunks = self.table.with_suffix(".chunks")
        self.run = self.chunks / "_run"
        self.next_table = self.run / "next.parquet"
        """Takes the place of the table when it is whole."""
        self.rest = self.run / "rest.parquet"
        """Takes the place of a part that lost some of its chunks."""
        self.backlog = self.run / "backlog"
        self.lock = self.run / "lock"
        self.identity = self.run / "identity.json"
        self.stale = self.run / "stale.json"
        """Parts in which there may be chunks that the table knows nothing of."""
        if self.chunks.exists() and not self.run.exists() and any(self.chunks.iterdir()):
            raise InvalidOption(f"{self.chunks} is there and was not made by `earmark library`. Name another --output.")

    def published(self, part: int) -> Path:
        return self.chunks / f"part={part}" / CHUNKS

    def published_parts(self) -> list[int]:
        return sorted(int(folder.name.removeprefix("part=")) for folder in self.chunks.glob("part=*"))

    def waiting_files(self, part: int) -> Path:
        """Rows of a part that is done and not published yet. It is done when this file is there."""
        return self.run / f"part-{part}.files{SUFFIX}"

    def waiting_chunks(self, part: int) -> Path:
        return self.run / f"part-{part}.chunks{SUFFIX}"

    def waiting_parts(self) -> list[int]:
        """Parts that are done and not published yet, the oldest first."""
        return sorted(int(file.name[len("part-") :].split(".")[0]) for file in self.run.glob(f"part-*.files{SUFFIX}"))

    def free_part(self) -> int:
        """Above that of every part: the last one always has rows that count, so its number is never free again."""
        return max([0, *self.published_parts(), *self.waiting_parts()]) + 1


def write_durably(path: Path, write: Callable[[Path], object]) -> None:
    """What `write` puts into the file that it is given is at `path` once it is whole and on the disk, not before."""
    beside = path.with_name(f".{path.name}")
    write(beside)
    _sync(beside)
    move_durably(beside, path)


def move_durably(source: Path, target: Path) -> None:
    source.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
