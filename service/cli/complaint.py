"""What is said of a file that failed: its reason, and for the commonest mistakes what to try."""

import os
from difflib import get_close_matches
from pathlib import Path

from service.cli.inputs import Input
from service.errors import EarmarkError, FileMissing, UnsupportedFormat

_OTHER_SOUND = frozenset((".amr", ".wma", ".ape", ".wv", ".mpc", ".ra", ".rm", ".caf", ".dsf", ".dff", ".3gp", ".tta"))
"""Names of sound that is not decoded here, but by others."""
_MOST_NAMES = 10_000
"""In a folder with more, nobody waits for a guess."""


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
