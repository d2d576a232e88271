"""`earmark library` on many short files: against the engine by itself, and its memory."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.result import Measurement, Result
from benchmarks.workspace import Workspace

FEW, MANY = 200, 2_000
SECONDS_PER_FILE = 30.0
WORKERS = 2
MIN_SHARE = 0.9
MAX_GROWTH = 1.1
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Seen:
    """Of the process that lists, saves and publishes, but for `seconds` of wall time."""

    seconds: float
    peak_kb: int
    processor_seconds: float


def measure(workspace: Workspace) -> Measurement:
    sound = workspace.sound("mp3", SECONDS_PER_FILE)
    alone = [_engines(workspace, sound)]
    few = _library(workspace, sound, FEW)
    alone.append(_engines(workspace, sound))
    many = _library(workspace, sound, MANY)
    alone.append(_engines(workspace, sound))
    per_second = (MANY - FEW) / (many.seconds - few.seconds)  # without what starting takes
    own_ms = 1000 * (many.processor_seconds - few.processor_seconds) / (MANY - FEW)
    return Measurement(
        [
            Result(
                f"library / {WORKERS} engines alone, files of 30 s mp3",
                per_second / statistics.median(alone),
                "x",
                at_least=MIN_SHARE,
            ),
            Result("the same, files a second", per_second, "files"),
            Result("processor time of its process, beside its workers'", own_ms, "ms/file"),
            Result(f"memory of its process, {MANY} files / {FEW}", many.peak_kb / few.peak_kb, "x", at_most=MAX_GROWTH),
        ],
        {
            "engines_files_per_second": alone,
            "library": {FEW: asdict(few), MANY: asdict(many)},
            "load_average": os.getloadavg(),
        },
    )


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


def _library(workspace: Workspace, sound: Path, files: int) -> Seen:
    folder = sound.parent / f"library of {files}"
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:05}.mp3").hardlink_to(sound)
    output = folder.with_suffix(".parquet")
    command = [sys.executable, "-m", "service.cli", "library", str(folder), "--output", str(output)]
    command += ["--jobs", str(WORKERS), "--models-dir", str(workspace.settings.models_dir)]
    started = time.perf_counter()
    peak_kb, processor_seconds = 0, 0.0
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            processor_seconds = max(processor_seconds, _processor_seconds(process.pid))
            time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - started
    assert process.returncode == 0
    return Seen(seconds, peak_kb, processor_seconds)


def _peak_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _processor_seconds(pid: int) -> float:
    """User and system, of all threads; 0 for a process that has just ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
