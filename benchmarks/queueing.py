"""Latency and refusals against load and replicas, from measured service times: python -m benchmarks.queueing.

Prints the table of docs/scaling.md and draws its picture. The same every time: the seed and the service times are kept.
"""

import heapq
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measurement import BenchmarkResult, Measurement, surroundings, table
from benchmarks.probe import whole_answer
from benchmarks.workspace import Workspace
from service.engine import Engine

Floats = NDArray[np.float64]
DrawTimes = Callable[[np.random.Generator, int], Floats]
"""So many service times in seconds."""
WARM_UP = 0.1
"""Share of the arrivals that nobody counts: the queue is empty at first."""

KEPT = Path(__file__).with_name("service_times.json")
"""What was measured for docs/scaling.md."""
ROUNDS = {30.0: 60, 300.0: 20}
SPEED_FORMATS = ("mp3", "wav", "flac", "m4a")

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "scaling.png"
SHARE_OF_LONG = 0.1
"""Nine files of ten last 30 s, one lasts five minutes."""
ROOM = 64
"""EARMARK_MAX_REQUESTS."""
REPLICAS = (1, 2, 4, 8, 16)
TOLD_LOADS = (0.5, 0.8, 0.9, 1.0, 1.2)
DRAWN_LOADS = tuple(round(0.05 * step, 2) for step in range(2, 27))
ARRIVALS = 40_000
SEED = 20261121


def measure_service_times(workspace: Workspace) -> Measurement:
    """How long one worker is busy with one file, which the simulation draws its service times from.

    Processor time, which on a processor of its own is wall time: each worker keeps to one thread."""
    engine = Engine.load(workspace.settings)
    times = {
        f"{seconds:g} s mp3": _times(engine, workspace.sound("mp3", seconds), rounds)
        for seconds, rounds in ROUNDS.items()
    }
    speeds = {extension: 300.0 / mean(_times(engine, workspace.sound(extension), 5)) for extension in SPEED_FORMATS}
    results = [BenchmarkResult(f"one worker, {name}", mean(seconds), "s") for name, seconds in times.items()]
    results += [
        BenchmarkResult(f"one worker, 5 min {name}", speed, "times real time") for name, speed in speeds.items()
    ]
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


@dataclass(frozen=True, slots=True)
class QueueOutcome:
    """What came of the requests of one simulation."""

    waits: Floats
    """(admitted,) seconds from arrival to the begin of service."""
    latencies: Floats
    """(admitted,) seconds from arrival to the end of service."""
    refused: float
    """Share of those who came, 0 to 1."""

    def latency(self, percent: float) -> float:
        """Seconds within which `percent` of those who were let in had their answer."""
        return float(np.percentile(self.latencies, percent))


def simulate(
    arrivals_per_second: float, replicas: int, room: int | None, draw: DrawTimes, arrivals: int, seed: int
) -> QueueOutcome:
    """Replicas and the queue in front of them. Poisson arrivals, one queue, first come first served.

    `room` is the most that wait or are listened to at once; one more is refused. None: there is room for all."""
    random = np.random.default_rng(seed)
    times = np.cumsum(random.exponential(1 / arrivals_per_second, arrivals))
    services = draw(random, arrivals)
    free_at = [0.0] * replicas
    leaving: list[float] = []
    waits, latencies, refused = [], [], 0
    first_counted = math.ceil(WARM_UP * arrivals)
    for number, (now, service) in enumerate(zip(times.tolist(), services.tolist(), strict=True)):
        while leaving and leaving[0] <= now:
            heapq.heappop(leaving)
        if room is not None and len(leaving) >= room:
            refused += number >= first_counted
            continue
        end = max(now, free_at[0]) + service
        heapq.heapreplace(free_at, end)
        heapq.heappush(leaving, end)
        if number >= first_counted:
            waits.append(end - service - now)
            latencies.append(end - now)
    return QueueOutcome(np.array(waits), np.array(latencies), refused / (arrivals - first_counted))


def kept_times() -> dict[str, list[float]]:
    """Seconds of one worker, by kind of file."""
    kept: dict[str, list[float]] = json.loads(KEPT.read_text("utf-8"))["seconds"]
    return kept


def draw_measured(random: np.random.Generator, count: int) -> Floats:
    times = kept_times()
    short, long = (np.array(times[name]) for name in ("30 s mp3", "300 s mp3"))
    is_long = random.random(count) < SHARE_OF_LONG
    return np.where(is_long, random.choice(long, count), random.choice(short, count))


def mean_seconds() -> float:
    """Seconds that a file takes, as they come."""
    times = kept_times()
    return float((1 - SHARE_OF_LONG) * np.mean(times["30 s mp3"]) + SHARE_OF_LONG * np.mean(times["300 s mp3"]))


def outcome(load: float, replicas: int, arrivals: int = ARRIVALS) -> QueueOutcome:
    """`load` is what comes, as a share of what the replicas can do."""
    return simulate(load * replicas / mean_seconds(), replicas, ROOM, draw_measured, arrivals, SEED)


def waiting_table() -> str:
    """The table, in Markdown."""
    head = ["replicas", "load", "files a minute", "p50 ms", "p95 ms", "p99 ms", "refused"]
    rows = []
    for replicas in REPLICAS:
        for load in TOLD_LOADS:
            found = outcome(load, replicas)
            per_minute = 60 * load * replicas / mean_seconds()
            milliseconds = [f"{1000 * found.latency(percent):.0f}" for percent in (50, 95, 99)]
            rows.append(
                [str(replicas), f"{load:g}", f"{per_minute:.0f}", *milliseconds, f"{100 * found.refused:.1f} %"]
            )
    return table(head, rows)


def draw(path: Path, arrivals: int = ARRIVALS) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    found = {replicas: [outcome(load, replicas, arrivals) for load in DRAWN_LOADS] for replicas in REPLICAS}
    figure, (by_load, by_replicas, refusals) = plt.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    for percent, colour in ((50, "#7aa6c2"), (95, "#2f6f94"), (99, "#123a52")):
        by_load.plot(DRAWN_LOADS, [one.latency(percent) for one in found[2]], color=colour, label=f"{percent} %")
    by_load.set(title="Two replicas: answered within", yscale="log")
    for number, replicas in enumerate(REPLICAS):
        style: dict[str, Any] = {"color": plt.get_cmap("viridis")(number / len(REPLICAS)), "label": f"{replicas}"}
        by_replicas.plot(DRAWN_LOADS, [one.latency(95) for one in found[replicas]], **style)
        refusals.plot(DRAWN_LOADS, [100 * one.refused for one in found[replicas]], **style)
    by_replicas.set(title="95 % answered within, by replicas", yscale="log")
    refusals.set(title=f"Refused with 503, room for {ROOM}", ylabel="% of those who come")
    for axes in (by_load, by_replicas):
        axes.set(ylabel="seconds")
    for axes in (by_load, by_replicas, refusals):
        axes.set_xlabel("load: what comes / what the replicas can do")
        axes.axvline(1, color="#999999", linewidth=0.8, linestyle=":")
        axes.grid(visible=True, which="both", alpha=0.25)
        axes.legend(frameon=False, title=None if axes is by_load else "replicas")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    draw(PICTURE)
    print(waiting_table())
