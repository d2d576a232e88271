"""What a benchmark measures: processor time in turns, results against targets, and what they depend on."""

import gc
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any

from benchmarks.workspace import Workspace

Calls = Mapping[str, Callable[[], object]]
Times = dict[str, list[float]]
"""Name of a call -> processor seconds, one for each round."""
PACKAGES = ("numpy", "scipy", "soundfile", "soxr", "av", "onnxruntime", "librosa")


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """One measured number, `value` in `unit`, and what it must reach. Without a target it is for information."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g} {self.unit}"
        return f">= {self.at_least:g} {self.unit}" if self.at_least is not None else ""

    @property
    def missed(self) -> bool:
        too_high = self.at_most is not None and self.value > self.at_most
        too_low = self.at_least is not None and self.value < self.at_least
        return too_high or too_low

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        return "MISSED" if self.missed else "ok"

    @property
    def row(self) -> tuple[str, ...]:
        return self.name, f"{self.value:.2f} {self.unit}", self.target, self.verdict


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one benchmark found: results against targets, and everything that they were worked out from."""

    results: list[BenchmarkResult]
    raw: dict[str, Any] = field(default_factory=dict)
    details: str = ""
    """A table of its own, for people."""


Benchmark = Callable[[Workspace], Measurement]


def interleaved(calls: Calls, rounds: int) -> Times:
    """Processor time of every call, once per round: a busy machine slows all of them down alike.

    The first round warms caches up and does not count."""
    times: Times = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            gc.collect()
            started = time.process_time()
            call()
            if number:
                times[name].append(time.process_time() - started)
    return times


def ratio(times: Times, dividend: str, divisor: str) -> float:
    """Median over the rounds of the ratio within a round."""
    return median(one / other for one, other in zip(times[dividend], times[divisor], strict=True))


def medians(times: Times) -> dict[str, float]:
    return {name: median(seconds) for name, seconds in times.items()}


def surroundings() -> dict[str, Any]:
    """What a number depends on besides the code: versions, processors, the day."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "load_average": os.getloadavg(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain text table: the first column to the left, all others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [_line(row, widths) for row in (head, ["-" * width for width in widths], *rows)]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()
