"""Remote files are fetched ahead of their turn, while workers listen to others."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from service.errors import EarmarkError
from service.library.fetch import fetch
from service.library.item import Item

_LOOK_SECONDS = 0.5
"""So often it is seen whether to stop."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`descriptor` is None for a file of this machine, which is opened by its path."""

    item: Item
    descriptor: int | None


@dataclass(frozen=True, slots=True)
class NotFetched:
    item: Item
    error: EarmarkError


def fetched(
    items: Iterable[Item], ahead: int, limit_seconds: float, stopping: Callable[[], bool]
) -> Iterator[Fetched | NotFetched]:
    """In the order of the items; at most `ahead` remote ones are under way or wait. Ends early if `stopping`."""
    waiting: deque[Future[Fetched | NotFetched]] = deque()
    threads = ThreadPoolExecutor(ahead, thread_name_prefix="fetch")
    left = Event()

    def fetch_one(item: Item) -> Fetched | NotFetched:
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


def _at_once(item: Item) -> Future[Fetched | NotFetched]:
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
