"""What `earmark classify` was pointed at, and what it says of a file that fails."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePath

from service.audio.sound_folder import Unsearched, sound_files
from service.errors import EarmarkError, FileMissing, UnsupportedFormat
from service.types import Report

_OTHER_SOUND = frozenset((".amr", ".wma", ".ape", ".wv", ".mpc", ".ra", ".rm", ".caf", ".dsf", ".dff", ".3gp", ".tta"))
"""Endings of sound files that other programs can decode."""
_MOST_NAMES = 10_000
"""In a folder with more names, a guess would take too long."""


ReportOrError = Report | EarmarkError
"""What comes back for each input."""


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


def complaint(one: Input, error: EarmarkError) -> str:
    """A line that begins with the name of the file."""
    if isinstance(error, FileMissing):
        return f"{one.name}: {error.title}{_what_is_there(one.path)}"
    advice = ""
    if isinstance(error, UnsupportedFormat) and one.path.suffix.lower() in _OTHER_SOUND:
        advice = f" Convert it first, for instance by: ffmpeg -i {one.name} {one.path.with_suffix('.flac').name}"
    return f"{one.name}: {error.title}. {error.detail}{advice}"


def _what_is_there(path: Path) -> str:
    folder = path.parent
    if path.is_symlink():
        return ": the link leads to nothing."
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises
        return f": there is no folder {folder}."
    if any(sign in path.name for sign in "*?["):
        return f": nothing in {folder.resolve()} fits this pattern."
    near = _near(path)
    return f" in {folder.resolve()}. Did you mean {near}?" if near else f" in {folder.resolve()}."


def _near(path: Path) -> Path | None:
    try:
        names = os.listdir(path.parent)  # noqa: PTH208 - names are all that is needed
    except OSError:
        return None
    found = get_close_matches(path.name, names, n=1) if len(names) <= _MOST_NAMES else []
    return path.with_name(found[0]) if found else None
