"""What `earmark classify` was pointed at: files as they are named, folders searched for sound."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from service.audio.sniff import sniff
from service.audio.source import open_source
from service.errors import EarmarkError

SOUND_SUFFIXES = frozenset(
    f".{suffix}"
    for kind in ("wav wave flac mp2 mp3", "ogg oga opus webm mkv mka", "aiff aif aifc au snd", "m4a m4b mp4 mov aac")
    for suffix in kind.split()
)
"""A file in a folder with such a name is reported even if it holds no sound: somebody meant it to."""

Unsearched = Callable[[str, OSError], None]
"""Told the name of a folder that could not be searched, and why."""


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
    for path in sorted(_files(folder, unsearched)):
        if path.suffix.lower() in SOUND_SUFFIXES or _sounds(path):
            yield Input(path, str(path), path.relative_to(folder))


def _files(folder: Path, unsearched: Unsearched) -> Iterator[Path]:
    """Links to files count, links to folders are not followed: they may lead in circles."""
    folders = [str(folder)]
    while folders:
        name = folders.pop()
        try:
            with os.scandir(name) as scan:
                entries = list(scan)
        except OSError as error:
            unsearched(name, error)
            continue
        folders += [entry.path for entry in entries if _is_folder(entry)]
        yield from (Path(entry.path) for entry in entries if os.path.isfile(entry.path))  # noqa: PTH113 - never raises


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _sounds(path: Path) -> bool:
    try:
        with open_source(path) as file:
            sniff(file)
    except (EarmarkError, OSError):
        return False
    return True
