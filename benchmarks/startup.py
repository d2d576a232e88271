"""From the start of a fresh interpreter to the first answer: processor time of the whole process."""

import os
import subprocess
import sys
from statistics import median

from benchmarks.result import Measurement, Result
from benchmarks.workspace import Workspace

MAX_SECONDS = 1.1
RUNS = 5
EXTENSIONS = ("wav", "mp3")


def measure(workspace: Workspace) -> Measurement:
    settings = workspace.settings
    commands = {
        "bare interpreter": ["-c", "pass"],
        **{
            extension: ["-m", "benchmarks.first_answer", str(settings.models_dir), str(workspace.sound(extension, 3))]
            for extension in EXTENSIONS
        },
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, arguments in commands.items():
            seconds[name].append(_cpu_seconds(arguments))
    results = [
        Result(f"start to first answer on 3 s, {name}", median(seconds[name]), "s", at_most=MAX_SECONDS)
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
