"""Where the wall time of an analysis goes, by stage."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping


class Stopwatch:
    """Runs from the moment it is made. Each lap belongs to the stage that has just ended."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._last = clock()

    @property
    def seconds(self) -> Mapping[str, float]:
        """Stage -> seconds so far."""
        return dict(self._seconds)

    def lap(self, stage: str) -> None:
        now = self._clock()
        self._seconds[stage] += now - self._last
        self._last = now
