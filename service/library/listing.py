"""What INPUT means: files, folders, patterns, lists of files, and the same by URL."""

import csv
import errno
import os
import re
import stat
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from operator import itemgetter
from typing import Any, TextIO

import fsspec
from fsspec.utils import glob_translate

from service.audio.sound_folder import FoundFile, Unsearched, files_below, has_sound_suffix, sound_files
from service.errors import FileMissing, InvalidOption, SourceError
from service.library.fetch import remote_errors, remote_store
from service.library.items import LibraryItem

FILE_LIST_SUFFIXES = (".csv", ".txt", ".m3u", ".m3u8")
PATH_COLUMNS = ("path", "url", "file")
"""The first of these that a CSV list has is read."""
_ASKED_AT_ONCE = 16
"""Stores are asked for so many of a list's files at a time: each answer takes a round trip."""
_LOCAL = "file://"
_MAGIC = re.compile(r"[*?\[]")
_ETAGS = ("ETag", "etag", "e_tag", "md5Hash", "md5", "content_hash", "Content-MD5")
_TIMES = ("mtime", "LastModified", "last_modified", "Last-Modified", "updated", "modified", "created")

Info = Mapping[str, Any]
"""What fsspec tells of a file, by names that differ from store to store."""


def listed(name: str, unsearched: Unsearched) -> Iterator[LibraryItem]:
    """Items as they are found, the same one perhaps twice. Raises SourceError or InvalidOption before the first one."""
    name = name.removeprefix(_LOCAL)
    if is_file_list(name):
        check_file_list(name)
        return _of_file_list(name)
    return remote_items(name, unsearched) if "://" in name else local_items(name, unsearched)


def _of_file_list(name: str) -> Iterator[LibraryItem]:
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as threads:
        asked: deque[Future[LibraryItem] | LibraryItem] = deque()
        for one in listed_names(name):
            path = one.removeprefix(_LOCAL)
            asked.append(threads.submit(remote_item, path) if "://" in path else local_item(path))
            if len(asked) > _ASKED_AT_ONCE:
                yield _result(asked.popleft())
        yield from map(_result, asked)


def _result(asked: Future[LibraryItem] | LibraryItem) -> LibraryItem:
    return asked.result() if isinstance(asked, Future) else asked


def is_file_list(name: str) -> bool:
    return name.lower().endswith(FILE_LIST_SUFFIXES)


def listed_names(name: str) -> Generator[str]:
    """The paths and URLs in a list of files: a text with one on each line, or a CSV with a column of them.

    Other than absolute ones are relative to the folder of the list. Raises InvalidOption, SourceError."""
    folder, _, _ = (name if "://" in name else os.path.abspath(name)).rpartition("/")  # noqa: PTH100 - or a URL
    read = _column if name.lower().endswith(".csv") else _lines
    for one in read(name):
        yield one if "://" in one or one.startswith("/") else f"{folder}/{one}"


def check_file_list(name: str) -> None:
    """Raises what reading it would, as far as its first lines tell."""
    with closing(listed_names(name)) as names:
        next(names, None)


def _lines(name: str) -> Iterator[str]:
    is_playlist = not name.lower().endswith(".txt")
    for line in _text(name):
        path = line.rstrip("\r\n")
        if path and not (is_playlist and path.startswith("#")):
            yield path


def _column(name: str) -> Iterator[str]:
    rows = csv.DictReader(_text(name))
    column = next((one for one in PATH_COLUMNS if one in (rows.fieldnames or ())), None)
    if column is None:
        raise InvalidOption(
            f"{name} has the columns {', '.join(rows.fieldnames or ()) or 'of nothing'}; "
            f"one of them has to be called {', '.join(PATH_COLUMNS[:-1])} or {PATH_COLUMNS[-1]}."
        )
    yield from (row[column] for row in rows if row[column])


def _text(name: str) -> Iterator[str]:
    """Lines with their ends; bytes that are no text stay as names of files hold them."""
    with remote_errors(name), _opened(name) as text:
        yield from text


def _opened(name: str) -> AbstractContextManager[TextIO]:
    way = {"encoding": "utf-8-sig", "errors": "surrogateescape", "newline": ""}
    opened: AbstractContextManager[TextIO] = fsspec.open(name, "rt", **way)
    return opened


def local_item(path: str) -> LibraryItem:
    """A file of this machine that was named. If it cannot be looked at, the analysis will refuse it."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a million of them
    except (OSError, ValueError):
        return LibraryItem(path)
    return _found_item(FoundFile(path, status)) if stat.S_ISREG(status.st_mode) else LibraryItem(path)


def local_items(name: str, unsearched: Unsearched) -> Iterator[LibraryItem]:
    """A file, the sounds of a folder, or whatever matches a pattern. Raises FileMissing if there is nothing."""
    path = os.path.abspath(name)  # noqa: PTH100 - links stay as they are named
    if os.path.isdir(path):  # noqa: PTH112 - never raises
        return map(_found_item, sound_files(path, unsearched))
    if os.path.lexists(path):
        return iter((local_item(path),))
    if not has_wildcards(path):
        raise FileMissing(f"There is no file and no folder {name}.")
    wanted = wildcards(path)
    found = files_below(wanted.folder, unsearched, wanted.depth)
    return (_found_item(one) for one in found if wanted.matches(one.path))


def _found_item(found: FoundFile) -> LibraryItem:
    return LibraryItem(found.path, found.status.st_size, found.status.st_mtime_ns)


def remote_item(url: str) -> LibraryItem:
    """A file of another machine that was named. If it cannot be looked at, fetching will fail with the reason."""
    store, path = remote_store(url)
    try:
        with remote_errors(url):
            return _described_item(url, store.info(path))
    except SourceError:
        return LibraryItem(url)


def remote_items(url: str, unsearched: Unsearched) -> Iterator[LibraryItem]:
    """A file, the sounds of a folder, chosen by their names, or what matches a pattern. Raises SourceError."""
    store, path = remote_store(url)
    if has_wildcards(path):
        wanted = wildcards(path)
        found = _remote_below(store, wanted.folder, unsearched, wanted.depth)
        return (item for name, item in found if wanted.matches(name))
    with remote_errors(url):
        info = store.info(path)
        if info["type"] != "directory" and not url.endswith("/"):
            return iter((_described_item(url, info),))
    return (item for name, item in _remote_below(store, path, unsearched, None) if has_sound_suffix(name))


def _remote_below(
    store: Any, folder: str, unsearched: Unsearched, depth: int | None
) -> Iterator[tuple[str, LibraryItem]]:
    """Path within the store and item of each file, by name, each folder where its own name stands."""
    url = store.unstrip_protocol(folder)
    try:
        with remote_errors(url):
            entries = sorted(store.ls(folder, detail=True), key=itemgetter("name"))
    except SourceError as error:
        unsearched(url, OSError(errno.EIO, error.detail))
        return
    for info in entries:
        path = info["name"].rstrip("/")
        if path == folder.rstrip("/"):  # how some stores keep an empty folder
            continue
        if info["type"] != "directory":
            yield path, _described_item(store.unstrip_protocol(path), info)
        elif depth != 1:
            yield from _remote_below(store, path, unsearched, depth and depth - 1)


def _described_item(url: str, info: Info) -> LibraryItem:
    etag = next((str(info[name]) for name in _ETAGS if info.get(name)), None)
    return LibraryItem(url, info.get("size"), _modified_ns(info), etag)


def _modified_ns(info: Info) -> int | None:
    changed_at = next((info[name] for name in _TIMES if info.get(name) is not None), None)
    try:
        if isinstance(changed_at, str):
            changed_at = parsedate_to_datetime(changed_at) if "," in changed_at else datetime.fromisoformat(changed_at)
        if isinstance(changed_at, datetime):
            changed_at = (changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return None
    # Whole microseconds: a float knows no more of today.
    return round(changed_at * 1e6) * 1000 if isinstance(changed_at, int | float) else None


@dataclass(frozen=True, slots=True)
class Wildcards:
    """A pattern of paths: where to look for what matches, and what does.

    * and ? stay within a folder, ** goes through any number of them."""

    folder: str
    """The longest one that has no wildcard in its name."""
    depth: int | None
    """Number of levels of folders to look into, `folder` being the first; None for no limit."""
    matches: Callable[[str], object]


def has_wildcards(path: str) -> bool:
    return _MAGIC.search(path) is not None


def wildcards(pattern: str) -> Wildcards:
    """The parts of a pattern whose folders are separated by slashes."""
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if has_wildcards(part))
    depth = None if "**" in pattern else len(parts) - fixed
    return Wildcards("/".join(parts[:fixed]) or "/", depth, re.compile(glob_translate(pattern)).fullmatch)
