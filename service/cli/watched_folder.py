"""Which files of a folder are new and whole, found by looking at it again and again."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from service.audio.sound_folder import is_sound
from service.cli.inputs import Input

STILL_SECONDS = 2.0
"""A file whose size and time of change have stood still for so long is taken to be whole."""
LOOKS_APART = 10
"""A file that is known is examined at every tenth look: names alone cost a fifth of what sizes and times do."""
PASSING_SUFFIXES = (".part", ".partial", ".crdownload", ".download", ".tmp", ".temp")
"""What programs call a file until it is whole; they rename it then."""


class Stamp(NamedTuple):
    """Changes whenever the content does."""

    inode: int
    size: int
    modified_ns: int


class FolderWatch:
    """Keeps in mind what was there, and gives out each file once; one that changes later once more."""

    def __init__(
        self,
        folder: Path,
        tell: Callable[[str], None],
        *,
        existing: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` gets a sentence about each folder that cannot be searched. Without `existing`, what is there now is
        known already."""
        self._folder = folder
        self._tell = tell
        self._clock = clock
        self._looks = 0
        self._known: dict[str, Stamp] = {}
        self._coming: dict[str, tuple[Stamp, float]] = {}
        """With the time since when it has stood still."""
        self._unsearched: dict[str, str] = {}
        if not existing:
            for entry in self._entries({}, set()):
                status = _status(entry)
                if status:
                    self._known[entry.path] = _stamp(entry, status)

    def look(self) -> list[Input]:
        """The sounds that have become whole since the last look, and files with the name of one."""
        self._looks += 1
        whole: dict[str, Stamp] = {}
        present: set[str] = set()
        unsearched: dict[str, str] = {}
        known_before = set[Stamp]()
        for entry in self._entries(unsearched, present):
            path, status = entry.path, _status(entry)
            if status is None:
                continue
            stamp, known = _stamp(entry, status), self._known.get(path)
            if stamp == known:
                continue
            if known is None and path not in self._coming:
                known_before = known_before or set(self._known.values())
                if stamp in known_before:  # it was renamed
                    self._known[path] = stamp
                    continue
            if self._is_whole(path, stamp, status):
                whole[path] = stamp
        self._forget_all_but(present, unsearched)
        self._known |= whole
        self._speak_of(unsearched)
        return [self._input(path) for path in sorted(whole) if is_sound(path)]

    def _is_whole(self, path: str, stamp: Stamp, status: os.stat_result) -> bool:
        before = self._coming.get(path)
        # Writing sets both times. Where the other one is later, the file was renamed, or copied with its times.
        if before is None and stamp.size and status.st_ctime_ns > status.st_mtime_ns:
            return True
        now = self._clock()
        if before is None or before[0] != stamp:
            self._coming[path] = stamp, now
            return False
        if now - before[1] < STILL_SECONDS or not stamp.size:  # an empty file is one that is still to come
            return False
        del self._coming[path]
        return True

    def _forget_all_but(self, present: set[str], unsearched: dict[str, str]) -> None:
        """What is not there any more; below a folder that could not be searched nobody knows."""
        hidden = tuple(f"{folder}{os.sep}" for folder in unsearched)
        for files in (self._known, self._coming):
            for path in files.keys() - present:
                if not path.startswith(hidden):
                    files.pop(path)

    def _speak_of(self, unsearched: dict[str, str]) -> None:
        """Once when a folder cannot be searched, and once when it can be again."""
        for folder, reason in unsearched.items():
            if folder not in self._unsearched:
                self._tell(f"{folder}: The folder could not be searched: {reason}. It is tried again all the time.")
        for folder in self._unsearched:
            if folder not in unsearched and os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises
                self._tell(f"{folder}: The folder can be searched again.")
        self._unsearched = unsearched

    def _entries(self, unsearched: dict[str, str], present: set[str]) -> Iterator[os.DirEntry[str]]:
        """What is to be examined; `present` gets the paths of all files. Links to folders are not followed: they may
        lead in circles."""
        known, coming, looks = self._known, self._coming, self._looks
        folders = [str(self._folder)]
        while folders:
            for entry in self._in_folder(folders.pop(), unsearched):
                path = entry.path
                stamp = known.get(path)
                if stamp is not None and stamp[0] == entry.inode():
                    present.add(path)
                    if (stamp[0] + looks) % LOOKS_APART == 0 or path in coming:
                        yield entry
                elif entry.name.startswith("."):
                    continue
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif not entry.name.endswith(PASSING_SUFFIXES):
                    present.add(path)
                    yield entry

    def _in_folder(self, folder: str, unsearched: dict[str, str]) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as scan:
                return list(scan)
        except OSError as error:
            if not isinstance(error, FileNotFoundError) or folder == str(self._folder):  # else it was removed just now
                unsearched[folder] = error.strerror or type(error).__name__
            return []

    def _input(self, path: str) -> Input:
        return Input(Path(path), path, Path(path).relative_to(self._folder))


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """None for what is no regular file, and for what is gone again."""
    try:
        status = entry.stat()
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _stamp(entry: os.DirEntry[str], status: os.stat_result) -> Stamp:
    return Stamp(entry.inode(), status.st_size, status.st_mtime_ns)
