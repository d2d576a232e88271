"""Folders searched for sound: by the names of files, and where these tell nothing, by what is in them."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.audio.containers import sniff
from service.audio.guarded_file import open_source
from service.errors import EarmarkError

SOUND_SUFFIXES = frozenset(
    f".{suffix}"
    for kind in ("wav wave flac mp2 mp3", "ogg oga opus webm mkv mka", "aiff aif aifc au snd", "m4a m4b mp4 mov aac")
    for suffix in kind.split()
)
"""A file in a folder with such a name is reported even if it holds no sound: somebody meant it to."""

Unsearched = Callable[[str, OSError], None]
"""Called with the name of a folder that could not be searched, and why."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: str
    status: os.stat_result


def sound_files(folder: str, unsearched: Unsearched) -> Iterator[FoundFile]:
    """The files below that have the name of a sound, and those that are one by their content."""
    return (one for one in files_below(folder, unsearched) if is_sound(one.path))


def files_below(folder: str, unsearched: Unsearched, depth: int | None = None) -> Iterator[FoundFile]:
    """Regular files by name, each folder where its own name stands; `depth` 1 looks into `folder` alone.

    Links to files count, links to folders are not followed: they may lead in circles. Of each folder under way only the
    names are held."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - as below
    except OSError as error:
        unsearched(folder, error)
        return
    for name in names:
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path for every file of a million takes its time
        try:
            status = os.lstat(path)
        except FileNotFoundError:  # it is gone again
            continue
        except OSError as error:
            unsearched(path, error)
            continue
        is_link = stat.S_ISLNK(status.st_mode)
        if is_link:
            try:
                status = os.stat(path)  # noqa: PTH116
            except OSError:  # it leads nowhere
                continue
        if stat.S_ISREG(status.st_mode):
            yield FoundFile(path, status)
        elif stat.S_ISDIR(status.st_mode) and not is_link and depth != 1:
            yield from files_below(path, unsearched, depth and depth - 1)


def has_sound_suffix(path: str | os.PathLike[str]) -> bool:
    return os.path.splitext(path)[1].lower() in SOUND_SUFFIXES  # noqa: PTH122


def is_sound(path: str | os.PathLike[str]) -> bool:
    """By its name, or else by its content."""
    if has_sound_suffix(path):
        return True
    try:
        with open_source(path) as file:
            sniff(file)
    except (EarmarkError, OSError):
        return False
    return True
