"""Workers that crash, hang, run out of memory or lose their models cost their own job at most."""

import asyncio
import os
import shutil
import signal
import threading
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np
import psutil
import pytest
import soundfile

from service.errors import (
    DeadlineExceeded,
    EarmarkError,
    LimitExceeded,
    NoModels,
    NoWorkers,
    WorkerCrashed,
)
from service.settings import Settings
from service.types import Options
from service.workers.messages import Job
from service.workers.process import WorkerProcess
from tests.tones import RATE, noise
from tests.workers.asking import (
    LONG,
    report,
    said,
    started,
    under_way,
)
from tests.workers.stuck import STUCK, stuck_within_its_report
from tests.workers.waiting import happens


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_costs_one_job_and_the_worker_is_replaced(
    settings: Settings, long_wav: str, wav: Path, blow: signal.Signals
) -> None:
    async def ask() -> None:
        async with started(settings, 2) as pool:
            victim, task = await under_way(pool, Job(long_wav, LONG))
            others = [asyncio.ensure_future(report(pool, Job(str(wav), Options()))) for _ in range(4)]
            os.kill(victim, blow)
            with pytest.raises(WorkerCrashed, match=rf"exit status -{int(blow)}\)"):
                await task
            assert all(one.label == "music/low" for one in await asyncio.gather(*others))
            await happens(lambda: pool.ready == 2)
            assert pool.restarts == 1
            assert victim not in pool.pids

    asyncio.run(ask())


def test_a_worker_that_dies_idle_is_replaced(settings: Settings, wav: Path) -> None:
    async def ask() -> None:
        async with started(settings) as pool:
            (idle,) = pool.pids
            os.kill(idle, signal.SIGKILL)
            await happens(lambda: not psutil.pid_exists(idle))
            assert (await report(pool, Job(str(wav), Options()))).label == "music/low"  # before or after it was noticed
            (idle,) = pool.pids
            os.kill(idle, signal.SIGKILL)
            await happens(lambda: pool.restarts == 2 and pool.ready == 1)
            jobs = [report(pool, Job(str(wav), Options(hop_seconds=hop))) for hop in (1.5, 3.0)]
            assert [len(answer.chunks) for answer in await asyncio.gather(*jobs)] == [22, 12]

    asyncio.run(ask())


@pytest.mark.parametrize("within_its_report", [False, True])
def test_a_worker_that_hangs_is_killed_at_the_deadline_and_holds_up_nobody(
    settings: Settings, long_wav: str, wav: Path, within_its_report: bool
) -> None:
    hurried = settings.model_copy(update={"max_analysis_seconds": 1.0})
    start = partial(WorkerProcess, work=stuck_within_its_report) if within_its_report else WorkerProcess

    async def ask() -> None:
        async with started(hurried, 2, grace_seconds=0.3, start_process=start) as pool:
            if within_its_report:
                task = asyncio.ensure_future(said(pool, Job(str(wav), STUCK)))
            else:
                victim, task = await under_way(pool, Job(long_wav, LONG))
                os.kill(victim, signal.SIGSTOP)
            for _ in range(3):
                await report(pool, Job(str(wav), Options()))
            assert not task.done()
            with pytest.raises(DeadlineExceeded, match="within 1 s and was killed"):
                await task
            await happens(lambda: pool.ready == 2)

    asyncio.run(ask())


def test_too_much_memory_costs_one_job(settings: Settings, tmp_path: Path, wav: Path) -> None:
    bomb = tmp_path / "bomb.wav"
    soundfile.write(bomb, np.repeat(noise(1)[:, None], 64, axis=1), RATE)
    wide = settings.model_copy(update={"max_channels": 64})
    job, fine = Job(str(bomb), Options()), Job(str(wav), Options())

    async def ask() -> None:
        async with started(wide) as pool:
            await report(pool, fine)
            data_bytes = 1024 * int(Path(f"/proc/{pool.pids[0]}/status").read_text().split("VmData:")[1].split()[0])
            assert (await report(pool, job)).audio.channels == 64
        # A block of 64 channels has 33 million bytes.
        async with started(wide, memory_bytes=data_bytes + 20_000_000) as pool:
            (pid,) = pool.pids
            with pytest.raises(LimitExceeded, match=r"memory than the limit of \d+ MiB"):
                await said(pool, job)
            assert (await report(pool, fine)).label == "music/low"
            assert pool.pids == [pid]

    asyncio.run(ask())


def test_a_worker_that_cannot_even_load_within_its_memory_says_so(settings: Settings) -> None:
    async def ask() -> None:
        with pytest.raises(EarmarkError):
            async with started(settings, memory_bytes=100_000):
                pass

    asyncio.run(ask())


def test_a_model_that_is_deleted_stops_nobody_who_has_it(settings: Settings, tmp_path: Path, wav: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(settings.models_dir, models)
    job = Job(str(wav), Options())

    async def ask() -> None:
        async with started(Settings(models_dir=models), 2) as pool:
            shutil.move(models / "genre", tmp_path / "genre")
            os.kill(pool.pids[0], signal.SIGKILL)
            await happens(lambda: pool.failure is not None and "genre" in pool.failure.detail)
            assert pool.ready == 1
            await report(pool, job)
            os.kill(pool.pids[0], signal.SIGKILL)
            await happens(lambda: pool.ready == 0)
            with pytest.raises(NoWorkers, match=r"No worker can be started\. .*genre") as caught:
                await said(pool, job)
            assert caught.value.retry_after_seconds
            shutil.move(tmp_path / "genre", models / "genre")
            await happens(lambda: pool.ready == 2)
            assert pool.failure is None
            await report(pool, job)

    asyncio.run(ask())


def test_without_models_it_does_not_start(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    async def ask() -> None:
        async with started(Settings(models_dir=tmp_path), 2):
            pass

    with pytest.raises(NoModels):
        asyncio.run(ask())
    assert set(threading.enumerate()) == before


def test_without_processes_it_does_not_start(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_config: object) -> NoReturn:
        raise BlockingIOError("no more processes")

    async def ask() -> None:
        async with started(settings, start_process=refuse):
            pass

    with pytest.raises(NoWorkers, match="did not give another process"):
        asyncio.run(ask())
    assert "no worker process" in caplog.text


def test_sigterm_to_the_whole_group_lets_workers_finish(settings: Settings, wav: Path, long_wav: str) -> None:
    async def ask() -> None:
        async with started(settings) as pool:
            pid, task = await under_way(pool, Job(long_wav, Options(hop_seconds=1.0)))
            os.kill(pid, signal.SIGTERM)
            await task
            assert pool.restarts == 0

    asyncio.run(ask())
