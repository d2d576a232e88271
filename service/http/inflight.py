"""Uploads in flight: how many there may be, and whether there may be new ones."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.errors import Draining, QueueFull

_RECENT = 32
_SOONEST_SECONDS, _LATEST_SECONDS = 1, 60
_DRAINING_RETRY_SECONDS = 5
"""By then a balancer has noticed, and another instance answers."""


class Admission:
    """Counts on the event loop only. Health, metrics and everything that is cheap need none of it."""

    def __init__(self, max_requests: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_requests = max_requests
        self._clock = clock
        self._durations: deque[float] = deque(maxlen=_RECENT)
        self._drain = asyncio.Event()
        self.in_flight = 0

    @property
    def draining(self) -> bool:
        return self._drain.is_set()

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Around one upload, from before its body is read to the end of its answer. Raises Draining, QueueFull."""
        self.refuse_if_draining()
        if self.in_flight >= self._max_requests:
            raise QueueFull(
                f"{self.in_flight} uploads are in flight; {self._max_requests} are allowed at once.",
                retry_after_seconds=self._retry_after_seconds(),
            )
        started = self._clock()
        self.in_flight += 1
        try:
            yield
        finally:
            self._durations.append(self._clock() - started)
            self.in_flight -= 1

    def refuse_if_draining(self) -> None:
        if self.draining:
            raise Draining(
                "The service finishes what it has and takes nothing new; ask again, perhaps of another instance.",
                retry_after_seconds=_DRAINING_RETRY_SECONDS,
            )

    def drain(self) -> None:
        """From now on nothing is admitted."""
        self._drain.set()

    def resume(self) -> None:
        """Undoes `drain`."""
        self._drain.clear()

    async def wait_until_draining(self) -> None:
        """For work without an end of its own."""
        await self._drain.wait()

    def _retry_after_seconds(self) -> int:
        """What an upload took of late: after that, those who hold the places now are through."""
        mean = sum(self._durations) / len(self._durations) if self._durations else 0.0
        return min(max(math.ceil(mean), _SOONEST_SECONDS), _LATEST_SECONDS)
