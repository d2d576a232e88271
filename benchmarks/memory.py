"""Peak memory over an idle engine, by length and format. It must not grow with the length."""

import json
import subprocess
import sys

from benchmarks.result import Measurement, Result
from benchmarks.table import table
from benchmarks.workspace import Workspace

MAX_MB = 40.0
LENGTHS = (("mp3", 10), ("mp3", 60), ("mp3", 120), ("m4a", 60), ("flac", 60), ("wav", 60))
"""Format and minutes."""


def measure(workspace: Workspace) -> Measurement:
    results, rows, raw = [], [], {}
    for extension, minutes in LENGTHS:
        name = f"{minutes} min {extension}"
        seen = raw[name] = _probe(workspace, extension, minutes)
        above_idle, above_loaded = (
            (seen["peak_kb"] - seen[before]) * 1024 / 1e6 for before in ("idle_kb", "loaded_kb")
        )
        results.append(Result(f"peak memory above idle, {name}", above_idle, "MB", at_most=MAX_MB))
        megabytes = [f"{seen[key] * 1024 / 1e6:.1f}" for key in ("loaded_kb", "idle_kb", "peak_kb")]
        rows.append([name, *megabytes, f"{above_idle:.1f}", f"{above_loaded:.1f}"])
    head = ["MB", "models loaded", "idle: one short file answered", "peak", "above idle", "above loaded"]
    return Measurement(results, {"kilobytes": raw}, table(head, rows))


def _probe(workspace: Workspace, extension: str, minutes: int) -> dict[str, int]:
    settings, short = workspace.settings, workspace.sound(extension, seconds=3)
    path = workspace.long_sound(extension, minutes)
    command = [sys.executable, "-m", "benchmarks.memory_probe", str(settings.models_dir), str(short), str(path)]
    try:
        finished = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    finally:
        path.unlink()
    seen: dict[str, int] = json.loads(finished.stdout)
    return seen
