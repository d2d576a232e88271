"""Replicas and the line in front of them, simulated: who comes when it likes, waits, is listened to, or is refused."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]
"""So many service times in seconds."""
WARM_UP = 0.1
"""Share of the arrivals that nobody counts: the line is empty at first."""


@dataclass(frozen=True, slots=True)
class Outcome:
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
    arrivals_per_second: float, replicas: int, room: int | None, draw: Draw, arrivals: int, seed: int
) -> Outcome:
    """Poisson arrivals, one line, first come first served. `room` is the most that wait or are listened to at once; one
    more is refused. None: there is room for all."""
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
    return Outcome(np.array(waits), np.array(latencies), refused / (arrivals - first_counted))
