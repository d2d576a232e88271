"""Real worker processes on real files."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from service.engine import Engine
from service.errors import DeadlineExceeded, EmptyFile, NoModels, WorkerCrashed
from service.settings import Settings
from service.types import Options, Progress, Report
from service.workers.messages import Job
from service.workers.pool import WorkerPool
from service.workers.process import WorkerProcess
from tests.tones import RATE, medley
from tests.workers.stuck import STUCK, stuck_within_its_report
from tests.workers.waiting import wait_for


def sounds(folder: Path, count: int) -> list[Job]:
    jobs = []
    for number in range(count):
        path = folder / f"{number}.wav"
        soundfile.write(path, np.roll(medley(), number * RATE), RATE)
        jobs.append(Job(str(path), Options()))
    return jobs


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


def worker_of(pool: WorkerPool, job: Job) -> int:
    """Process id of the worker that has `job`."""
    (pid,) = (pid for pid, its_job in pool.pids.items() if its_job == job)
    return pid


def test_workers_answer_as_the_engine_does(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    jobs = sounds(tmp_path, 6)
    for size in (1, 2):
        with WorkerPool(settings, size) as pool:
            answers = dict(pool.results(jobs))
        assert set(answers) == set(jobs)
        for job, answer in answers.items():
            assert isinstance(answer, Report)
            expected = engine.analyse(str(job.path))
            assert dataclasses.replace(answer, id="") == dataclasses.replace(expected, id="")


def test_a_bad_file_costs_only_itself(settings: Settings, tmp_path: Path) -> None:
    jobs = sounds(tmp_path, 2)
    (tmp_path / "empty.wav").touch()
    bad = Job(str(tmp_path / "empty.wav"), Options())
    with WorkerPool(settings, 1) as pool:
        answers = dict(pool.results([jobs[0], bad, jobs[1]]))
    assert isinstance(answers[bad], EmptyFile)
    assert isinstance(answers[jobs[0]], Report)
    assert isinstance(answers[jobs[1]], Report)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_costs_one_file_and_the_worker_is_replaced(
    settings: Settings, tmp_path: Path, long_wav: str, blow: signal.Signals
) -> None:
    victim = Job(long_wav, Options())
    jobs = [victim, *sounds(tmp_path, 4)]
    with WorkerPool(settings, 2) as pool:

        def strike(job: Job, progress: Progress) -> None:
            if job == victim:
                os.kill(worker_of(pool, victim), blow)

        answers = dict(pool.results(jobs, strike))
    assert isinstance(answers.pop(victim), WorkerCrashed)
    assert all(isinstance(answer, Report) for answer in answers.values())
    assert len(answers) == 4


def test_a_worker_that_hangs_is_killed_at_the_deadline(settings: Settings, tmp_path: Path, long_wav: str) -> None:
    hurried = settings.model_copy(update={"max_analysis_seconds": 1.0})
    victim = Job(long_wav, Options(hop_seconds=0.1))
    with WorkerPool(hurried, 1, grace_seconds=0.2) as pool:

        def freeze(job: Job, progress: Progress) -> None:
            if job == victim:
                os.kill(worker_of(pool, victim), signal.SIGSTOP)

        started = time.monotonic()
        answers = dict(pool.results([victim, *sounds(tmp_path, 1)], freeze))
    assert time.monotonic() - started < 20
    crashed = answers.pop(victim)
    assert isinstance(crashed, DeadlineExceeded)
    assert "within 1 s and was killed" in crashed.detail
    assert all(isinstance(answer, Report) for answer in answers.values())


def test_a_worker_that_is_stuck_within_a_report_holds_up_nobody_else(settings: Settings, tmp_path: Path) -> None:
    start = partial(WorkerProcess, work=stuck_within_its_report)
    stuck, *quick = sounds(tmp_path, 5)
    stuck = dataclasses.replace(stuck, options=STUCK)
    hurried = settings.model_copy(update={"max_analysis_seconds": 1.0})
    with WorkerPool(hurried, 2, grace_seconds=0.2, start_process=start) as pool:
        answers = list(pool.results([stuck, *quick]))
    assert [job for job, answer in answers if isinstance(answer, Report)] == quick
    last_job, last_answer = answers[-1]
    assert last_job == stuck
    assert isinstance(last_answer, DeadlineExceeded)


def test_a_worker_that_dies_idle_is_replaced(settings: Settings, tmp_path: Path) -> None:
    jobs = sounds(tmp_path, 2)
    with WorkerPool(settings, 1) as pool:
        for _ in range(2):
            assert all(isinstance(answer, Report) for _, answer in pool.results(jobs))
            (idle,) = pool.pids
            os.kill(idle, signal.SIGKILL)
            wait_for(partial(is_gone, idle))


def test_what_was_abandoned_does_not_come_back(settings: Settings, tmp_path: Path, long_wav: str) -> None:
    slow, quick = Job(long_wav, Options()), sounds(tmp_path, 2)
    with WorkerPool(settings, 2) as pool:
        for job, _ in pool.results([quick[0], slow, slow]):
            assert job == quick[0]
            break
        assert [job for job, _ in pool.results([quick[1]])] == [quick[1]]


def test_an_interrupt_reaches_the_parent_only(settings: Settings, tmp_path: Path, long_wav: str) -> None:
    """As Ctrl-C does, which the terminal sends to every process of the group."""
    script = (
        "import os, signal, sys\n"
        "from service.settings import Settings\n"
        "from service.types import Options\n"
        "from service.workers.messages import Job\n"
        "from service.workers.pool import WorkerPool\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell that runs the tests may ignore it\n"
        "with WorkerPool(Settings(), 2) as pool:\n"
        "    jobs = [Job(sys.argv[1], Options(hop_seconds=0.1))] * 4\n"
        "    list(pool.results(jobs, lambda *_: os.killpg(0, signal.SIGINT)))\n"
    )
    environment = {**os.environ, "EARMARK_MODELS_DIR": str(settings.models_dir)}
    command = [sys.executable, "-c", script, long_wav]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, start_new_session=True, timeout=180, check=False
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr.count("Traceback") == 1, done.stderr
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


def test_missing_models_are_told_once(tmp_path: Path) -> None:
    with pytest.raises(NoModels), WorkerPool(Settings(models_dir=tmp_path), 2) as pool:
        list(pool.results(sounds(tmp_path, 3)))


def test_no_process_is_left_behind(settings: Settings, long_wav: str) -> None:
    def start_and_leave() -> Iterator[int]:
        with WorkerPool(settings, 2) as pool:
            wait_for(lambda: len(pool.pids) == 2)
            yield from pool.pids
            raise KeyboardInterrupt

    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        pids.extend(start_and_leave())
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
