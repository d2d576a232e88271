"""Files of other machines as items, by fsspec."""

import errno
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from operator import itemgetter
from typing import Any

from service.audio.sound_folder import Unsearched, has_sound_suffix
from service.errors import SourceError
from service.library.item import Item
from service.library.remote_store import remote_errors, remote_store
from service.library.wildcards import has_wildcards, wildcards

_ETAGS = ("ETag", "etag", "e_tag", "md5Hash", "md5", "content_hash", "Content-MD5")
_TIMES = ("mtime", "LastModified", "last_modified", "Last-Modified", "updated", "modified", "created")

Info = Mapping[str, Any]


def remote_item(url: str) -> Item:
    """A file that was named; what cannot be looked at is for whoever fetches it to refuse."""
    store, path = remote_store(url)
    try:
        with remote_errors(url):
            return _item(url, store.info(path))
    except SourceError:
        return Item(url)


def remote_items(url: str, unsearched: Unsearched) -> Iterator[Item]:
    """A file, the sounds of a folder told by their names, or whatever matches a pattern. Raises SourceError."""
    store, path = remote_store(url)
    if has_wildcards(path):
        wanted = wildcards(path)
        found = _below(store, wanted.folder, unsearched, wanted.depth)
        return (item for name, item in found if wanted.matches(name))
    with remote_errors(url):
        info = store.info(path)
        if info["type"] != "directory" and not url.endswith("/"):
            return iter((_item(url, info),))
    return (item for name, item in _below(store, path, unsearched, None) if has_sound_suffix(name))


def _below(store: Any, folder: str, unsearched: Unsearched, depth: int | None) -> Iterator[tuple[str, Item]]:
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
            yield path, _item(store.unstrip_protocol(path), info)
        elif depth != 1:
            yield from _below(store, path, unsearched, depth and depth - 1)


def _item(url: str, info: Info) -> Item:
    etag = next((str(info[name]) for name in _ETAGS if info.get(name)), None)
    return Item(url, info.get("size"), _modified_ns(info), etag)


def _modified_ns(info: Info) -> int | None:
    told = next((info[name] for name in _TIMES if info.get(name) is not None), None)
    try:
        if isinstance(told, str):
            told = parsedate_to_datetime(told) if "," in told else datetime.fromisoformat(told)
        if isinstance(told, datetime):
            told = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return None
    # Whole microseconds: a float knows no more of today.
    return round(told * 1e6) * 1000 if isinstance(told, int | float) else None
