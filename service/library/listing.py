"""What INPUT means: files, folders, patterns, manifests, and the same by URL."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from service.audio.sound_folder import Unsearched
from service.library.item import Item
from service.library.local_files import local_item, local_items
from service.library.manifest import check_manifest, is_manifest, manifest_names
from service.library.remote_files import remote_item, remote_items

_ASKED_AT_ONCE = 16
"""Stores are asked for so many of a manifest's files at a time: each answer takes a round trip."""
_LOCAL = "file://"


def listed(name: str, unsearched: Unsearched) -> Iterator[Item]:
    """Items as they are found, the same one perhaps twice. Raises SourceError or InvalidOption before the first one."""
    name = name.removeprefix(_LOCAL)
    if is_manifest(name):
        check_manifest(name)
        return _of_manifest(name)
    return remote_items(name, unsearched) if "://" in name else local_items(name, unsearched)


def _of_manifest(name: str) -> Iterator[Item]:
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as threads:
        asked: deque[Future[Item] | Item] = deque()
        for one in manifest_names(name):
            path = one.removeprefix(_LOCAL)
            asked.append(threads.submit(remote_item, path) if "://" in path else local_item(path))
            if len(asked) > _ASKED_AT_ONCE:
                yield _result(asked.popleft())
        yield from map(_result, asked)


def _result(asked: Future[Item] | Item) -> Item:
    return asked.result() if isinstance(asked, Future) else asked
