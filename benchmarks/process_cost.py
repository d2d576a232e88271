"""What one process costs: processor time up to its first answer, and peak memory by length and format."""

import json
import os
import subprocess
import sys
from statistics import median

from benchmarks.measurement import BenchmarkResult, Measurement, table
from benchmarks.workspace import Workspace

MAX_STARTUP_SECONDS = 1.1
RUNS = 5
EXTENSIONS = ("wav", "mp3")
MAX_MB = 40.0
LENGTHS = (("mp3", 10), ("mp3", 60), ("mp3", 120), ("m4a", 60), ("flac", 60), ("wav", 60))
"""Format and minutes."""


def measure_startup(workspace: Workspace) -> Measurement:
    """From the start of a fresh interpreter to the first answer: processor time of the whole process."""
    probe = ["-m", "benchmarks.probe", "first_answer", str(workspace.settings.models_dir)]
    commands = {
        "bare interpreter": ["-c", "pass"],
        **{extension: [*probe, str(workspace.sound(extension, 3))] for extension in EXTENSIONS},
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, arguments in commands.items():
            seconds[name].append(_cpu_seconds(arguments))
    results = [
        BenchmarkResult(
            f"start to first answer on 3 s, {name}", median(seconds[name]), "s", at_most=MAX_STARTUP_SECONDS
        )
        for name in EXTENSIONS
    ]
    return Measurement(results, {"cpu_seconds": seconds})


def _cpu_seconds(arguments: list[str]) -> float:
    """User and system time from the interpreter's first instruction to its last."""
    process = subprocess.Popen([sys.executable, *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"exit status {process.returncode}"
    return usage.ru_utime + usage.ru_stime


def measure_memory(workspace: Workspace) -> Measurement:
    """Peak memory over an idle engine, by length and format. It must not grow with the length."""
    results, rows, raw = [], [], {}
    for extension, minutes in LENGTHS:
        name = f"{minutes} min {extension}"
        seen = raw[name] = _probe(workspace, extension, minutes)
        above_idle, above_loaded = (
            (seen["peak_kb"] - seen[before]) * 1024 / 1e6 for before in ("idle_kb", "loaded_kb")
        )
        results.append(BenchmarkResult(f"peak memory above idle, {name}", above_idle, "MB", at_most=MAX_MB))
        megabytes = [f"{seen[key] * 1024 / 1e6:.1f}" for key in ("loaded_kb", "idle_kb", "peak_kb")]
        rows.append([name, *megabytes, f"{above_idle:.1f}", f"{above_loaded:.1f}"])
    head = ["MB", "models loaded", "idle: one short file answered", "peak", "above idle", "above loaded"]
    return Measurement(results, {"kilobytes": raw}, table(head, rows))


def _probe(workspace: Workspace, extension: str, minutes: int) -> dict[str, int]:
    settings, short = workspace.settings, workspace.sound(extension, seconds=3)
    path = workspace.long_sound(extension, minutes)
    command = [sys.executable, "-m", "benchmarks.probe", "peak_memory", str(settings.models_dir), str(short), str(path)]
    try:
        finished = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    finally:
        path.unlink()
    seen: dict[str, int] = json.loads(finished.stdout)
    return seen
