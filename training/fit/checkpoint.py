"""What a fit needs to go on after it was interrupted, in one file that is never half written."""

from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


def save_whole(path: Path, state: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The state of the last finished epoch, None if there is none."""
    path = folder / NAME
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
