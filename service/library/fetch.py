"""Remote files: the stores that fsspec reaches, and fetching from them to where decoders can seek.

Files are fetched ahead of their turn, while workers listen to others."""

import errno
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any, BinaryIO

import fsspec

from service.errors import (
    Cancelled,
    DeadlineExceeded,
    EarmarkError,
    FileMissing,
    FileUnreadable,
    InvalidOption,
    LimitExceeded,
    StorageFull,
)
from service.library.items import LibraryItem

MAX_BYTES = 4 * 1024**3
"""As large as a WAV can be: five hours and a half of stereo at 44.1 kHz and 24 bits, or weeks of MP3."""
_PIECE_BYTES = 4 * 1024**2
_STREAMING = {"http", "https"}
"""Their files are read in one go: not every server can send a piece of one."""
_LOOK_SECONDS = 0.5
"""How often `fetched` looks whether to stop."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`descriptor` is None for a file of this machine, which is opened by its path."""

    item: LibraryItem
    descriptor: int | None


@dataclass(frozen=True, slots=True)
class NotFetched:
    item: LibraryItem
    error: EarmarkError


def fetched(
    items: Iterable[LibraryItem], ahead: int, limit_seconds: float, stopping: Callable[[], bool]
) -> Iterator[Fetched | NotFetched]:
    """In the order of the items; at most `ahead` remote ones are under way or wait. Ends early if `stopping`."""
    waiting: deque[Future[Fetched | NotFetched]] = deque()
    threads = ThreadPoolExecutor(ahead, thread_name_prefix="fetch")
    left = Event()

    def fetch_one(item: LibraryItem) -> Fetched | NotFetched:
        try:
            return Fetched(item, fetch(item, limit_seconds, left.is_set))
        except EarmarkError as error:
            return NotFetched(item, error)

    try:
        for item in items:
            waiting.append(threads.submit(fetch_one, item) if item.is_remote else _at_once(item))
            while waiting and (len(waiting) >= ahead or waiting[0].done()):
                yield _result(waiting.popleft(), stopping)
        while waiting:
            yield _result(waiting.popleft(), stopping)
    except _Stopped:
        pass
    finally:
        left.set()
        threads.shutdown(wait=False, cancel_futures=True)
        for one in waiting:
            one.add_done_callback(_drop)


class _Stopped(Exception):
    pass


def _at_once(item: LibraryItem) -> Future[Fetched | NotFetched]:
    future: Future[Fetched | NotFetched] = Future()
    future.set_result(Fetched(item, None))
    return future


def _result(future: Future[Fetched | NotFetched], stopping: Callable[[], bool]) -> Fetched | NotFetched:
    while not stopping():
        try:
            return future.result(_LOOK_SECONDS)
        except TimeoutError:
            continue
    future.add_done_callback(_drop)
    raise _Stopped


def _drop(future: Future[Fetched | NotFetched]) -> None:
    """Nobody will take it."""
    if not future.cancelled() and isinstance(one := future.result(), Fetched) and one.descriptor is not None:
        os.close(one.descriptor)


def fetch(item: LibraryItem, limit_seconds: float, cancelled: Callable[[], bool], max_bytes: int = MAX_BYTES) -> int:
    """A descriptor of the content, in a file without a name that is gone when it is closed. Raises EarmarkError."""
    if (item.size_bytes or 0) > max_bytes:
        raise _too_large(item.size_bytes, max_bytes)
    started = time.monotonic()
    store, path = remote_store(item.path)
    way = {"block_size": 0} if item.path.split(":")[0] in _STREAMING else {"cache_type": "none"}
    with tempfile.TemporaryFile(buffering=0) as file:
        with remote_errors(item.path), store.open(path, "rb", **way) as remote:
            while piece := remote.read(_PIECE_BYTES):
                if cancelled():
                    raise Cancelled("The caller asked to stop.")
                if time.monotonic() - started > limit_seconds:
                    raise DeadlineExceeded(
                        f"{file.tell()} bytes came within {limit_seconds:g} s, and that was not all. A faster "
                        "connection is needed, or more of EARMARK_MAX_ANALYSIS_SECONDS."
                    )
                if file.tell() + len(piece) > max_bytes:
                    raise _too_large(file.tell() + len(piece), max_bytes)
                _write(file, piece)
        file.seek(0)
        return os.dup(file.fileno())


def _write(file: BinaryIO, piece: bytes) -> None:
    left = memoryview(piece)
    with _room():
        while left:
            left = left[file.write(left) :]


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise StorageFull(
            f"The folder for temporary files, {tempfile.gettempdir()}, is full. TMPDIR names another one."
        ) from None


def _too_large(size: int | None, max_bytes: int) -> LimitExceeded:
    return LimitExceeded(f"The file has at least {size} bytes; {max_bytes} are allowed. Split it, or make it an MP3.")


def remote_store(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path within it. Raises InvalidOption if nothing is installed for such a URL."""
    if "::" in url:
        raise InvalidOption(f"{url:.200} is a chain of URLs; a single one is needed.")
    try:
        # Listings that are kept would grow, and hide what has changed.
        store, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise InvalidOption(f"{url:.200} needs a package that is not installed. {error}") from None
    except ValueError as error:
        raise InvalidOption(f"{url:.200} cannot be opened. {error}") from None
    return store, path


@contextmanager
def remote_errors(url: str) -> Iterator[None]:
    """Whatever a store raises becomes a SourceError."""
    try:
        yield
    except EarmarkError:
        raise
    except FileNotFoundError:
        raise FileMissing(f"There is nothing at {url:.200}.") from None
    except PermissionError:
        raise FileUnreadable(f"The store does not allow reading {url:.200}.") from None
    except Exception as error:  # every store has errors of its own
        raise FileUnreadable(f"The store of {url:.200} failed ({type(error).__name__}).") from error
