"""Many files by one worker process and by two: wall time."""

import os
import statistics
import time
from pathlib import Path

from benchmarks.answer import check_work
from benchmarks.result import Measurement, Result
from benchmarks.workspace import Workspace
from service.types import Options, Report
from service.workers.job import Job
from service.workers.pool import WorkerPool

MIN_SPEED_UP = 1.7
FILES = 60
SECONDS_PER_FILE = 30.0
PAIRS = 5


def measure(workspace: Workspace) -> Measurement:
    path = workspace.sound("mp3", SECONDS_PER_FILE)
    seconds: dict[str, list[float]] = {"one": [], "two": []}
    with WorkerPool(workspace.settings, 1) as one, WorkerPool(workspace.settings, 2) as two:
        pools = {"one": one, "two": two}
        for pool in pools.values():
            _work_off(pool, path, 8)
        for _ in range(PAIRS):
            for name, pool in pools.items():
                seconds[name].append(_work_off(pool, path, FILES))
    speed_ups = [alone / together for alone, together in zip(seconds["one"], seconds["two"], strict=True)]
    result = Result("two workers / one", statistics.median(speed_ups), "x", at_least=MIN_SPEED_UP)
    per_minute = 60 * FILES / min(seconds["two"])
    return Measurement(
        [result, Result(f"files of {SECONDS_PER_FILE:g} s a minute, two workers", per_minute, "files")],
        {"wall_seconds": seconds, "speed_ups": speed_ups, "load_average": os.getloadavg()},
    )


def _work_off(pool: WorkerPool, path: Path, files: int) -> float:
    jobs = [Job(str(path), Options())] * files
    started = time.perf_counter()
    answers = [answer for _, answer in pool.results(jobs)]
    seconds = time.perf_counter() - started
    assert len(answers) == files
    for answer in answers:
        assert isinstance(answer, Report), answer
        check_work(answer)
    return seconds
