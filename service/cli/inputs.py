"""What `earmark classify` was pointed at: files as they are named, folders searched for sound."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from service.audio.sound_folder import Unsearched, sound_files


@dataclass(frozen=True, slots=True)
class Input:
    """`path` to open, `name` as the user sees it, `output_name` relative to the folder that was searched."""

    path: Path
    name: str
    output_name: PurePath


def find_inputs(paths: Sequence[Path], unsearched: Unsearched) -> list[Input]:
    """Every file once, under the first of its names; folders in the order of their names."""
    found: dict[str, Input] = {}
    for path in paths:
        # Unlike Path.is_dir, this never raises: a path that cannot be looked at is the worker's to refuse.
        folder = os.path.isdir(path)  # noqa: PTH112
        for one in _in_folder(path, unsearched) if folder else [Input(path, str(path), PurePath(path.name))]:
            found.setdefault(os.path.realpath(one.path), one)
    return list(found.values())


def _in_folder(folder: Path, unsearched: Unsearched) -> Iterator[Input]:
    for one in sound_files(str(folder), unsearched):
        path = Path(one.path)
        yield Input(path, str(path), path.relative_to(folder))
