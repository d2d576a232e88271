"""A pool of workers as a server has it, and jobs for it."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from service.settings import Settings
from service.types import Options, Progress, Report
from service.workers.async_pool import AsyncWorkerPool
from service.workers.messages import Job, Piece, WorkerMessage, Written
from tests.workers.waiting import happens

GIBIBYTE = 1024**3
LONG = Options(hop_seconds=0.1)
"""Makes an hour of sound last for a while."""


@asynccontextmanager
async def started(
    settings: Settings,
    size: int = 1,
    *,
    memory_bytes: int = 2 * GIBIBYTE,
    max_queue_seconds: float = 60.0,
    max_live: int = 1,
    **options: Any,
) -> AsyncIterator[AsyncWorkerPool]:
    pool = AsyncWorkerPool(
        settings, size, memory_bytes=memory_bytes, max_queue_seconds=max_queue_seconds, max_live=max_live, **options
    )
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


async def said(pool: AsyncWorkerPool, job: Job, path: Path | None = None) -> list[WorkerMessage]:
    """All that comes of a job but progress; `path` is handed over as an open file."""
    file = path.open("rb") if path else None
    try:
        async with aclosing(pool.run(job, file)) as messages:
            return [message async for message in messages if not isinstance(message, Progress)]
    finally:
        if file:
            file.close()


async def report(pool: AsyncWorkerPool, job: Job) -> Report:
    (answer,) = await said(pool, job)
    assert isinstance(answer, Report)
    return answer


async def written(pool: AsyncWorkerPool, job: Job, path: Path | None = None) -> tuple[list[str], Written]:
    """The texts of the pieces, and the answer."""
    *pieces, answer = await said(pool, job, path)
    assert isinstance(answer, Written)
    return [piece.text for piece in pieces if isinstance(piece, Piece)], answer


async def under_way(pool: AsyncWorkerPool, job: Job) -> tuple[int, "asyncio.Task[list[WorkerMessage]]"]:
    """A long job and the process that has begun it, once that has come into its stride."""
    before = {pid: seconds(pid) for pid in pool.pids}
    task = asyncio.ensure_future(said(pool, job))
    await happens(lambda: any(seconds(pid) > before.get(pid, 0) + 0.1 for pid in pool.pids))
    return max(pool.pids, key=lambda pid: seconds(pid) - before.get(pid, 0)), task


def seconds(pid: int) -> float:
    """Processor time of a process so far."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def left_behind(pids: Sequence[int], threads_before: set[threading.Thread], files_before: set[str]) -> list[object]:
    """Processes, threads and open files that were not there before."""
    files = {file for file in open_files() if file not in files_before}
    return [*filter(psutil.pid_exists, pids), *(set(threading.enumerate()) - threads_before), *files]


def open_files() -> set[str]:
    """Descriptors of this process, with what they are open on."""
    found = set()
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a path each would be too slow
        try:
            found.add(f"{name} -> {os.readlink(f'/proc/self/fd/{name}')}")  # noqa: PTH115
        except FileNotFoundError:
            continue
    return {one for one in found if not one.endswith("/fd")}
