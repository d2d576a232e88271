"""Who asks, waits and goes away."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import aclosing
from pathlib import Path

import pytest

from service.errors import (
    Draining,
    QueueFull,
)
from service.formats.document import View
from service.settings import Settings
from service.types import Options, Progress
from service.workers.async_pool import AsyncWorkerPool
from service.workers.messages import Job, Piece, Writing
from tests.workers.asking import (
    GIBIBYTE,
    LONG,
    left_behind,
    open_files,
    report,
    said,
    seconds,
    started,
    under_way,
)
from tests.workers.waiting import happens


@pytest.mark.parametrize("by", ["closing", "cancelling"])
def test_who_goes_away_stops_the_work_and_the_worker_goes_on(
    settings: Settings, long_wav: str, wav: Path, by: str
) -> None:
    async def ask() -> None:
        async with started(settings) as pool:
            (pid,) = pool.pids
            if by == "closing":
                async with aclosing(pool.run(Job(long_wav, LONG))) as messages:
                    assert isinstance(await anext(messages), Progress)
                    spent = seconds(pid)
            else:
                pid, task = await under_way(pool, Job(long_wav, LONG))
                spent = seconds(pid)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            await happens(lambda: pool.busy == 0)
            assert (await report(pool, Job(str(wav), Options()))).label == "music/low"
            assert seconds(pid) - spent < 1, "an hour of sound takes many times as much processor time"
            assert pool.pids == [pid]

    asyncio.run(ask())


def test_who_goes_away_from_a_worker_that_hangs_has_it_killed(settings: Settings, long_wav: str, wav: Path) -> None:
    async def ask() -> None:
        async with started(settings, grace_seconds=0.3) as pool:
            pid, task = await under_way(pool, Job(long_wav, LONG))
            os.kill(pid, signal.SIGSTOP)
            task.cancel()
            assert (await report(pool, Job(str(wav), Options()))).label == "music/low"
            assert pool.pids != [pid]

    asyncio.run(ask())


def test_who_goes_away_while_waiting_costs_nothing(settings: Settings, long_wav: str, wav: Path) -> None:
    async def ask() -> None:
        async with started(settings) as pool:
            _, first = await under_way(pool, Job(long_wav, LONG))
            before = open_files()
            gone = asyncio.ensure_future(said(pool, Job(None, LONG), wav))
            stays = asyncio.ensure_future(report(pool, Job(str(wav), Options())))
            await happens(lambda: pool.waiting == 2)
            gone.cancel()
            await happens(lambda: pool.waiting == 1)
            assert open_files() <= before
            first.cancel()
            assert (await stays).label == "music/low"

    asyncio.run(ask())


def test_first_come_first_served(settings: Settings, long_wav: str, wav: Path) -> None:
    done: list[int] = []

    async def ask_as(pool: AsyncWorkerPool, number: int) -> None:
        await report(pool, Job(str(wav), Options()))
        done.append(number)

    async def ask() -> None:
        async with started(settings) as pool:
            _, first = await under_way(pool, Job(long_wav, LONG))
            tasks = [asyncio.ensure_future(ask_as(pool, number)) for number in range(6)]
            await happens(lambda: pool.waiting == 6)
            first.cancel()
            await asyncio.gather(*tasks)

    asyncio.run(ask())
    assert done == [0, 1, 2, 3, 4, 5]


def test_nobody_waits_longer_than_is_allowed(settings: Settings, long_wav: str, wav: Path) -> None:
    async def ask() -> None:
        async with started(settings, max_queue_seconds=0.3) as pool:
            _, first = await under_way(pool, Job(long_wav, LONG))
            with pytest.raises(QueueFull, match=r"No worker was free within 0\.3 s; 1 were waiting") as caught:
                await said(pool, Job(None, Options()), wav)
            assert caught.value.retry_after_seconds
            assert pool.waiting == 0
            assert not first.done()
            first.cancel()

    asyncio.run(ask())


def test_fifty_at_once(settings: Settings, wav: Path) -> None:
    async def ask() -> set[str]:
        async with started(settings, 2) as pool:
            tasks = [asyncio.ensure_future(report(pool, Job(str(wav), Options()))) for _ in range(50)]
            await happens(lambda: pool.busy == 2)
            assert pool.waiting >= 40
            return {(await task).label for task in tasks}

    assert asyncio.run(ask()) == {"music/low"}


def test_stopping_leaves_nothing_behind_and_nobody_without_an_answer(
    settings: Settings, long_wav: str, wav: Path
) -> None:
    async def ask() -> None:
        async with started(settings):
            pass  # the fork server stays
        threads, files = set(threading.enumerate()), open_files()
        pool = AsyncWorkerPool(settings, 2, memory_bytes=2 * GIBIBYTE, max_queue_seconds=60.0)
        await pool.start()
        await said(pool, Job(None, Options()), wav)
        jobs = [Job(long_wav, LONG)] * 3
        tasks = [asyncio.ensure_future(said(pool, job)) for job in jobs]
        tasks.append(asyncio.ensure_future(said(pool, Job(None, Options()), wav)))
        await happens(lambda: pool.busy == 2 and pool.waiting == 2)
        pids = pool.pids
        begun = time.monotonic()
        await pool.stop()
        assert time.monotonic() - begun < 5
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(answer) for answer in answers] == [Draining] * 4
        with pytest.raises(Draining):
            await said(pool, jobs[0])
        assert (pool.ready, pool.busy, pool.waiting, pool.pids) == (0, 0, 0, [])
        assert not left_behind(pids, threads, files)

    asyncio.run(ask())


def test_a_stop_that_comes_too_late_stops_nothing_else(settings: Settings, wav: Path) -> None:
    async def ask() -> None:
        async with started(settings) as pool:
            for _ in range(20):
                messages = pool.run(Job(str(wav), Options(), Writing("ndjson", "x", View(), as_it_comes=True)))
                while not isinstance(await anext(messages), Piece):
                    pass
                await messages.aclose()  # its answer is on its way
                assert (await report(pool, Job(str(wav), Options()))).label == "music/low"
            assert pool.restarts == 0

    asyncio.run(ask())


def test_the_parent_needs_nothing_that_analyses() -> None:
    script = (
        "import sys, service.workers.async_pool, service.workers.pool\n"
        "print(*{'numpy', 'onnxruntime', 'av', 'soundfile', 'scipy', 'soxr'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=180, check=True)
    assert done.stdout.strip() == ""
