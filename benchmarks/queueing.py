"""Latency and refusals against load and replicas, from measured service times: python -m benchmarks.queueing.

Prints the table of docs/scaling.md and draws its picture. The same every time: the seed and the service times are kept.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.queue_simulation import Floats, Outcome, simulate
from benchmarks.service_times import KEPT
from benchmarks.table import table

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
    """Of a file, as they come."""
    times = kept_times()
    return float((1 - SHARE_OF_LONG) * np.mean(times["30 s mp3"]) + SHARE_OF_LONG * np.mean(times["300 s mp3"]))


def outcome(load: float, replicas: int) -> Outcome:
    """`load` is what comes, as a share of what the replicas can do."""
    return simulate(load * replicas / mean_seconds(), replicas, ROOM, draw_measured, ARRIVALS, SEED)


def told() -> str:
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


def draw(path: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    found = {replicas: [outcome(load, replicas) for load in DRAWN_LOADS] for replicas in REPLICAS}
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
    print(told())
