"""Lists of files: a text with a path or URL on each line, or a CSV with a column of them."""

import csv
import os
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing
from typing import TextIO

import fsspec

from service.errors import InvalidOption
from service.library.remote_store import remote_errors

SUFFIXES = (".csv", ".txt", ".m3u", ".m3u8")
COLUMNS = ("path", "url", "file")
"""The first of these that a CSV has."""


def is_manifest(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def manifest_names(name: str) -> Generator[str]:
    """Absolute paths and URLs; others are relative to the folder of the manifest. Raises InvalidOption, SourceError."""
    folder, _, _ = (name if "://" in name else os.path.abspath(name)).rpartition("/")  # noqa: PTH100 - or a URL
    read = _column if name.lower().endswith(".csv") else _lines
    for one in read(name):
        yield one if "://" in one or one.startswith("/") else f"{folder}/{one}"


def check_manifest(name: str) -> None:
    """Raises what reading it would, as far as its first lines tell."""
    with closing(manifest_names(name)) as names:
        next(names, None)


def _lines(name: str) -> Iterator[str]:
    is_playlist = not name.lower().endswith(".txt")
    for line in _text(name):
        path = line.rstrip("\r\n")
        if path and not (is_playlist and path.startswith("#")):
            yield path


def _column(name: str) -> Iterator[str]:
    rows = csv.DictReader(_text(name))
    column = next((one for one in COLUMNS if one in (rows.fieldnames or ())), None)
    if column is None:
        raise InvalidOption(
            f"{name} has the columns {', '.join(rows.fieldnames or ()) or 'of nothing'}; "
            f"one of them has to be called {', '.join(COLUMNS[:-1])} or {COLUMNS[-1]}."
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
