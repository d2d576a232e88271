"""`earmark library` on many short files: against the engine by itself, and its memory."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.result import Measurement, Result
from benchmarks.workspace import Workspace
from service.library.analyst import Analyst
from service.library.backlog import Backlog
from service.library.engine import Recorder
from service.library.models import read_models
from service.library.place import Place
from service.library.run import Request, Watch, run_library
from service.types import Options

FEW, MANY = 200, 2_000
SECONDS_PER_FILE = 30.0
WORKERS = 2
ROUNDS = 4
FILES_OF_A_ROUND = MANY // ROUNDS
MIN_SHARE = 0.9
MAX_GROWTH = 1.1
LOOK_SECONDS = 0.1


def measure(workspace: Workspace) -> Measurement:
    sound = workspace.sound("mp3", SECONDS_PER_FILE)
    rates: dict[str, list[float]] = {"engines": [], "library": []}
    with Analyst(workspace.settings, Options(), WORKERS) as analyst:
        _rate(workspace, analyst, sound, "warm")
        for number in range(ROUNDS):
            rates["engines"].append(_engines(workspace, sound))
            rates["library"].append(_rate(workspace, analyst, sound, str(number)))
    shares = [library / engines for library, engines in zip(rates["library"], rates["engines"], strict=True)]
    peaks_kb = {files: _peak_of_a_run(workspace, sound, files) for files in (FEW, MANY)}
    return Measurement(
        [
            Result(
                f"library / {WORKERS} engines alone, {MANY} files of 30 s mp3",
                statistics.median(shares),
                "x",
                at_least=MIN_SHARE,
            ),
            Result(
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


def _rate(workspace: Workspace, analyst: Analyst, sound: Path, name: str) -> float:
    """Files a second, listed, heard, saved and published."""
    folder = _folder(sound, name, FILES_OF_A_ROUND)
    models = read_models(workspace.settings)
    place = Place(folder.with_suffix(".parquet"))
    request = Request([str(folder)], place, models, Options(), again=False, retry_failed=False, save_seconds=60)
    watch = Watch(stopping=lambda: False, unsearched=lambda *_: None, progress=lambda _: None)
    started = time.perf_counter()
    tally = run_library(request, _WarmEngine(analyst), watch)
    seconds = time.perf_counter() - started
    assert tally.ok == FILES_OF_A_ROUND
    return FILES_OF_A_ROUND / seconds


def _engines(workspace: Workspace, sound: Path) -> float:
    """Files a second of so many engines at once, which have nothing to do with each other."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.engine_probe",
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
