"""Runs of chunks or steps in one state, and the two ways of doing away with short ones."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Run:
    """Ticks (chunks or steps) `first` to `last` share a state; the run lasts from `start` to `end` seconds."""

    state: int
    first: int
    last: int
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def joined(self, following: "Run") -> "Run":
        return replace(self, last=following.last, end=following.end)


def runs_of(path: Sequence[int], borders: Sequence[float]) -> list[Run]:
    """One state per tick, and one more border than ticks."""
    changes = [0, *(i for i in range(1, len(path)) if path[i] != path[i - 1]), len(path)]
    return [Run(path[first], first, behind - 1, borders[first], borders[behind]) for first, behind in pairwise(changes)]


def merge_gaps(runs: list[Run], gap_seconds: float) -> list[Run]:
    """What interrupts a state for less than `gap_seconds` becomes part of it, from the start to the end."""
    merged: list[Run] = []
    for run in runs:
        if len(merged) > 1 and merged[-1].seconds < gap_seconds and merged[-2].state == run.state:
            merged.pop()
            merged[-1] = merged[-1].joined(run)
        else:
            merged.append(run)
    return merged


def absorb_short(runs: list[Run], min_seconds: float) -> list[Run]:
    """Runs shorter than `min_seconds` go to their longer neighbour, the shortest first; one run always stays."""
    alive: dict[int, Run] = dict(enumerate(runs))
    before = {i: i - 1 for i in alive}
    after = {i: i + 1 for i in alive}
    queue = [(run.seconds, i) for i, run in alive.items()]
    heapq.heapify(queue)

    def join(left: int, right: int, state: int) -> None:
        """Both become one, kept under `left`."""
        alive[left] = replace(alive[left].joined(alive.pop(right)), state=state)
        after[left] = after[right]
        before[after[right]] = left

    while queue and len(alive) > 1:
        seconds, i = heapq.heappop(queue)
        if i not in alive or alive[i].seconds != seconds:
            continue  # it was joined to another one meanwhile
        if seconds >= min_seconds:
            break
        neighbour = max((j for j in (before[i], after[i]) if j in alive), key=lambda j: alive[j].seconds)
        state = alive[neighbour].state
        left, right = sorted((i, neighbour))
        join(left, right, state)
        if before[left] in alive and alive[before[left]].state == state:
            left, right = before[left], left
            join(left, right, state)
        if after[left] in alive and alive[after[left]].state == state:
            join(left, after[left], state)
        heapq.heappush(queue, (alive[left].seconds, left))
    return [alive[i] for i in sorted(alive)]
