"""How long one worker is busy with one file: what benchmarks/queueing.py draws its service times from."""

import time
from pathlib import Path
from statistics import mean

from benchmarks.answer import whole_answer
from benchmarks.result import Measurement, Result
from benchmarks.surroundings import surroundings
from benchmarks.workspace import Workspace
from service.engine import Engine

KEPT = Path(__file__).with_suffix(".json")
"""What was measured for docs/scaling.md."""
ROUNDS = {30.0: 60, 300.0: 20}
SPEED_FORMATS = ("mp3", "wav", "flac", "m4a")


def measure(workspace: Workspace) -> Measurement:
    """Processor time, which on a processor of its own is wall time: each worker keeps to one thread."""
    engine = Engine.load(workspace.settings)
    times = {
        f"{seconds:g} s mp3": _times(engine, workspace.sound("mp3", seconds), rounds)
        for seconds, rounds in ROUNDS.items()
    }
    speeds = {extension: 300.0 / mean(_times(engine, workspace.sound(extension), 5)) for extension in SPEED_FORMATS}
    results = [Result(f"one worker, {name}", mean(seconds), "s") for name, seconds in times.items()]
    results += [Result(f"one worker, 5 min {name}", speed, "times real time") for name, speed in speeds.items()]
    return Measurement(results, {"seconds": times, "speeds": speeds, "surroundings": surroundings()})


def _times(engine: Engine, path: Path, rounds: int) -> list[float]:
    """After one that nobody counts."""
    seconds = []
    for number in range(rounds + 1):
        started = time.process_time()
        whole_answer(engine, path)
        if number:
            seconds.append(round(time.process_time() - started, 5))
    return seconds
