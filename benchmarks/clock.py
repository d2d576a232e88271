"""Processor time of calls that take turns, so that a busy machine slows all of them down alike."""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Calls = Mapping[str, Callable[[], object]]

Times = dict[str, list[float]]
"""Name of a call -> processor seconds, one for each round."""


def interleaved(calls: Calls, rounds: int) -> Times:
    """Every call once per round, after a first round that nobody counts: it warms caches up."""
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
