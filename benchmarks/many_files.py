"""Many short files: by worker processes, and by `earmark library`."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measurement import BenchmarkResult, Measurement
from benchmarks.probe import check_work
from benchmarks.workspace import Workspace
from service.library.backlog import Backlog
from service.library.library_engine import Analyst, Recorder
from service.library.run_library import LibraryRequest, Watch, run_library
from service.library.table_files import Place
from service.library.table_identity import read_models
from service.types import Options, Report
from service.workers.messages import Job
from service.workers.pool import WorkerPool

SECONDS_PER_FILE = 30.0

POOL_FILES = 60
POOL_PAIRS = 5
MIN_SPEED_UP = 1.7

FEW, MANY = 200, 2_000
WORKERS = 2
ROUNDS = 4
FILES_OF_A_ROUND = MANY // ROUNDS
MIN_SHARE = 0.9
MAX_GROWTH = 1.1
LOOK_SECONDS = 0.1


def measure_workers(workspace: Workspace) -> Measurement:
    """Many files by one worker process and by two: wall time."""
    path = workspace.sound("mp3", SECONDS_PER_FILE)
    seconds: dict[str, list[float]] = {"one": [], "two": []}
    with WorkerPool(workspace.settings, 1) as one, WorkerPool(workspace.settings, 2) as two:
        pools = {"one": one, "two": two}
        for pool in pools.values():
            _work_off(pool, path, 8)
        for _ in range(POOL_PAIRS):
            for name, pool in pools.items():
                seconds[name].append(_work_off(pool, path, POOL_FILES))
    speed_ups = [alone / together for alone, together in zip(seconds["one"], seconds["two"], strict=True)]
    result = BenchmarkResult("two workers / one", statistics.median(speed_ups), "x", at_least=MIN_SPEED_UP)
    per_minute = 60 * POOL_FILES / min(seconds["two"])
    return Measurement(
        [result, BenchmarkResult(f"files of {SECONDS_PER_FILE:g} s a minute, two workers", per_minute, "files")],
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


def measure_library(workspace: Workspace) -> Measurement:
    """`earmark library` on many short files: against the engine by itself, and its memory."""
    sound = workspace.sound("mp3", SECONDS_PER_FILE)
    rates: dict[str, list[float]] = {"engines": [], "library": []}
    with Analyst(workspace.settings, Options(), WORKERS) as analyst:
        _library_rate(workspace, analyst, sound, "warm")
        for number in range(ROUNDS):
            rates["engines"].append(_engines_rate(workspace, sound))
            rates["library"].append(_library_rate(workspace, analyst, sound, str(number)))
    shares = [library / engines for library, engines in zip(rates["library"], rates["engines"], strict=True)]
    peaks_kb = {files: _peak_of_a_run(workspace, sound, files) for files in (FEW, MANY)}
    return Measurement(
        [
            BenchmarkResult(
                f"library / {WORKERS} engines alone, {MANY} files of 30 s mp3",
                statistics.median(shares),
                "x",
                at_least=MIN_SHARE,
            ),
            BenchmarkResult(
                f"memory of its process, {MANY} files / {FEW}", peaks_kb[MANY] / peaks_kb[FEW], "x", at_most=MAX_GROWTH
            ),
        ],
        {"files_per_second": rates, "shares": shares, "peak_kb": peaks_kb, "load_average": os.getloadavg()},
    )


@dataclass(frozen=True, slots=True)
class _WarmEngine:
    """The engine of one machine, with processes that have loaded their models."""

    analyst: Analyst

    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        self.analyst.analyse(backlog.items(), recorder, backlog.stopping)


def _library_rate(workspace: Workspace, analyst: Analyst, sound: Path, name: str) -> float:
    """Files a second, listed, heard, saved and published."""
    folder = _folder(sound, name, FILES_OF_A_ROUND)
    models = read_models(workspace.settings)
    place = Place(folder.with_suffix(".parquet"))
    request = LibraryRequest([str(folder)], place, models, Options(), again=False, retry_failed=False, save_seconds=60)
    watch = Watch(stopping=lambda: False, unsearched=lambda *_: None, progress=lambda _: None)
    started = time.perf_counter()
    tally = run_library(request, _WarmEngine(analyst), watch)
    seconds = time.perf_counter() - started
    assert tally.ok == FILES_OF_A_ROUND
    return FILES_OF_A_ROUND / seconds


def _engines_rate(workspace: Workspace, sound: Path) -> float:
    """Files a second of so many engines at once, which have nothing to do with each other."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.probe",
        "repeated_answers",
        str(workspace.settings.models_dir),
        str(sound),
        str(FEW),
    ]
    probes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]
    return sum(1 / float(probe.communicate()[0]) for probe in probes)


def _folder(sound: Path, name: str, files: int) -> Path:
    folder = sound.parent / f"library {name}"
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:05}.mp3").hardlink_to(sound)
    return folder


def _peak_of_a_run(workspace: Workspace, sound: Path, files: int) -> int:
    """Kilobytes of the process of the command, which lists, saves and publishes."""
    folder = _folder(sound, f"of {files}", files)
    command = [sys.executable, "-m", "service.cli", "library", str(folder), "--jobs", str(WORKERS)]
    command += ["--output", str(folder.with_suffix(".parquet")), "--models-dir", str(workspace.settings.models_dir)]
    peak_kb = 0
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            time.sleep(LOOK_SECONDS)
    assert process.returncode == 0
    return peak_kb


def _peak_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
