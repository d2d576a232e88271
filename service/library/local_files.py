"""Files of this machine as items."""

import os
import stat
from collections.abc import Iterator

from service.audio.sound_folder import FoundFile, Unsearched, files_below, sound_files
from service.errors import FileMissing
from service.library.item import Item
from service.library.wildcards import has_wildcards, wildcards


def local_item(path: str) -> Item:
    """A file that was named; what cannot be looked at is the analysis' to refuse."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a million of them
    except (OSError, ValueError):
        return Item(path)
    return _item(FoundFile(path, status)) if stat.S_ISREG(status.st_mode) else Item(path)


def local_items(name: str, unsearched: Unsearched) -> Iterator[Item]:
    """A file, the sounds of a folder, or whatever matches a pattern. Raises FileMissing if there is nothing."""
    path = os.path.abspath(name)  # noqa: PTH100 - links stay as they are named
    if os.path.isdir(path):  # noqa: PTH112 - never raises
        return map(_item, sound_files(path, unsearched))
    if os.path.lexists(path):
        return iter((local_item(path),))
    if not has_wildcards(path):
        raise FileMissing(f"There is no file and no folder {name}.")
    wanted = wildcards(path)
    found = files_below(wanted.folder, unsearched, wanted.depth)
    return (_item(one) for one in found if wanted.matches(one.path))


def _item(found: FoundFile) -> Item:
    return Item(found.path, found.status.st_size, found.status.st_mtime_ns)
