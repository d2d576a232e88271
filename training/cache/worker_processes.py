"""One function over many items in worker processes. A file that kills its worker costs that file, not the run."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from threading import Thread
from typing import TypeVar

from service.errors import EarmarkError, WorkerCrashed

AHEAD = 8
"""Items per worker that are under way or wait for their turn to be given out: what they hold stays in memory."""

PRELOADED = ("service.audio.sound", "service.features.bank", "service.features.kinds")
"""Imported once, by the process that workers are forked from, and not again by each of them."""

Item = TypeVar("Item")
Made = TypeVar("Made")


def in_workers(work: Callable[[Item], Made], items: Iterable[Item], workers: int) -> Generator[Made | EarmarkError]:
    """`work(item)` of each item, in their order; the error where it raised one. Close the iterator to stop early."""
    coming = iter(items)
    under_way: deque[tuple[Item, Future[Made | EarmarkError]]] = deque()
    pool = _pool(workers)
    try:
        while True:
            for item in islice(coming, AHEAD * workers - len(under_way)):
                under_way.append((item, _submitted(pool, work, item)))
            if not under_way:
                return
            if not _lost(under_way[0][1]):
                yield under_way.popleft()[1].result()
                continue
            pool.shutdown()
            for item, future in under_way:  # nobody can tell which of them it was, so each is tried alone
                yield _alone(work, item) if _lost(future) else future.result()
            under_way.clear()
            pool = _pool(workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return ProcessPoolExecutor(workers, context, _begin)


def _begin() -> None:
    """In a worker, before its first item."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker waits for items for ever; nobody tells it that its parent was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _submitted(pool: ProcessPoolExecutor, work: Callable[[Item], Made], item: Item) -> Future[Made | EarmarkError]:
    try:
        return pool.submit(_attempt, work, item)
    except BrokenProcessPool as error:
        future: Future[Made | EarmarkError] = Future()
        future.set_exception(error)
        return future


def _lost(future: Future[Made | EarmarkError]) -> bool:
    return isinstance(future.exception(), BrokenProcessPool)


def _attempt(work: Callable[[Item], Made], item: Item) -> Made | EarmarkError:
    try:
        return work(item)
    except EarmarkError as error:
        return error


def _alone(work: Callable[[Item], Made], item: Item) -> Made | EarmarkError:
    with _pool(1) as pool:
        try:
            return pool.submit(_attempt, work, item).result()
        except BrokenProcessPool:
            return WorkerCrashed("The process that decoded this file died. Others are unaffected.")


def reason_of(error: EarmarkError) -> str:
    """Why a file cannot be used, in one line."""
    return f"{error.title}. {error.detail}"
