"""The folder of a fit: one process at a time writes to it, and its checkpoint is never half written."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

CHECKPOINT = "checkpoint.pt"


class FolderInUse(Exception):
    """Two processes would write the same checkpoints. Says where."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One fit at a time in a folder: until the block or the process ends. Raises FolderInUse."""
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


def save_whole(path: Path, state: Any) -> None:
    """What a fit needs to resume after it was interrupted; an interrupted write leaves the last state as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The state of the last finished epoch, None if there is none."""
    path = folder / CHECKPOINT
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
