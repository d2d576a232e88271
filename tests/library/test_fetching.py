"""Remote files come to a descriptor, in their order, within limits."""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import fsspec
import pytest

from service.errors import Cancelled, DeadlineExceeded, EarmarkError, FileMissing, LimitExceeded
from service.library.fetch import Fetched, NotFetched, fetch, fetched
from service.library.items import LibraryItem
from service.library.listing import listed
from tests.library.web_folder import web_folder
from tests.workers.waiting import wait_for


def never() -> bool:
    return False


def content(descriptor: int | None) -> bytes:
    assert descriptor is not None
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


@pytest.fixture
def urls(tmp_path: Path) -> list[str]:
    memory = fsspec.filesystem("memory")
    paths = [f"/{tmp_path.name}/{number}.wav" for number in range(20)]
    for number, path in enumerate(paths):
        memory.pipe(path, bytes([number]) * 1_000)
    return [f"memory://{path}" for path in paths]


def test_content_is_there_to_seek_in(urls: list[str]) -> None:
    assert content(fetch(LibraryItem(urls[3], 1_000), 60, never)) == b"\3" * 1_000


def test_from_a_web_server(tmp_path: Path) -> None:
    (tmp_path / "a b.wav").write_bytes(b"12345" * 2_000_000)
    with web_folder(tmp_path) as url:
        (item,) = listed(f"{url}/a%20b.wav", lambda *_: None)
        assert item.size_bytes == 10_000_000
        assert item.modified_ns == int((tmp_path / "a b.wav").stat().st_mtime) * 10**9
        assert content(fetch(item, 60, never)) == b"12345" * 2_000_000
        with pytest.raises(FileMissing):
            fetch(LibraryItem(f"{url}/gone.wav"), 60, never)


@pytest.mark.parametrize("told", [None, 1_000])
def test_a_file_that_is_too_large(urls: list[str], told: int | None) -> None:
    with pytest.raises(LimitExceeded, match="at least 1000 bytes; 999 are allowed"):
        fetch(LibraryItem(urls[0], told), 60, never, max_bytes=999)


def test_a_file_that_takes_too_long(urls: list[str]) -> None:
    with pytest.raises(DeadlineExceeded, match="0 bytes came within 0 s"):
        fetch(LibraryItem(urls[0]), 0, never)


def test_a_fetch_that_is_cancelled(urls: list[str]) -> None:
    with pytest.raises(Cancelled):
        fetch(LibraryItem(urls[0]), 60, lambda: True)


def test_files_come_in_their_order_with_the_local_ones_between(urls: list[str]) -> None:
    items = [LibraryItem(url) for url in urls]
    items[5:5] = [LibraryItem("/music/a.wav"), LibraryItem("memory:///gone.wav")]
    got = list(fetched(items, 4, 60, never))
    assert [one.item for one in got] == items
    assert isinstance(got[6], NotFetched)
    assert isinstance(got[6].error, FileMissing)
    here = [one for one in got if isinstance(one, Fetched) and one.item.is_remote]
    contents = {one.item.path: content(one.descriptor) for one in here}
    assert contents == {url: bytes([number]) * 1_000 for number, url in enumerate(urls)}


def test_nothing_is_left_open(urls: list[str]) -> None:
    before = set(open_files())
    stop = threading.Event()
    taken = []
    for one in fetched([LibraryItem(url) for url in urls], 8, 60, stop.is_set):
        taken.append(one)
        if len(taken) == 3:
            stop.set()
    assert len(taken) == 3
    for one in taken:
        assert isinstance(one, Fetched)
        content(one.descriptor)
    wait_for(lambda: set(open_files()) <= before)


def open_files() -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            yield str(link.readlink())


def test_an_unknown_failure_of_a_store_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Iterable[bytes]:
        raise RuntimeError("secret of the store")

    memory = fsspec.filesystem("memory")
    monkeypatch.setattr(type(memory), "open", fail)
    with pytest.raises(EarmarkError, match=r"failed \(RuntimeError\)"):
        fetch(LibraryItem("memory:///x.wav"), 60, never)
