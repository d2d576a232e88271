"""How many uploads there may be at once, and how often a client may send a request."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from service.errors import Draining, QueueFull, TooManyRequests

_RECENT = 32
_SOONEST_SECONDS, _LATEST_SECONDS = 1, 60
_DRAINING_RETRY_SECONDS = 5
"""By then a load balancer has noticed, and another instance answers."""
_MOST_BUCKETS = 10_000
"""Some 2 MB. The caller that was not seen for longest is forgotten first, and starts anew with a full bucket."""


class Admission:
    """Counts uploads in flight, and refuses new ones while the service drains.

    For the event loop only. Health, metrics and everything that is cheap bypass it."""

    def __init__(self, max_requests: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_requests = max_requests
        self._clock = clock
        self._durations: deque[float] = deque(maxlen=_RECENT)
        self.draining = False
        self.in_flight = 0

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
        """Refuses everything from now on."""
        self.draining = True

    def resume(self) -> None:
        """Undoes `drain`."""
        self.draining = False

    def _retry_after_seconds(self) -> int:
        """The mean duration of recent uploads: by then, those in flight now are done."""
        mean = sum(self._durations) / len(self._durations) if self._durations else 0.0
        return min(max(math.ceil(mean), _SOONEST_SECONDS), _LATEST_SECONDS)


class RateLimit:
    """A bucket of `per_minute` tokens for each caller, filled evenly; each request takes one. 0 sets no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = per_minute
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, who: str) -> None:
        """Raises TooManyRequests, with the seconds until the next request is possible."""
        if not self._capacity:
            return
        now = self._clock()
        bucket = self._buckets.get(who)
        if bucket is None:
            bucket = self._buckets[who] = _Bucket(self._capacity, now)
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(who)
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        if bucket.tokens < 1:
            wait = math.ceil((1 - bucket.tokens) / self._per_second)
            raise TooManyRequests(
                f"{self._capacity} requests a minute are allowed; the next is possible in {wait} s.",
                retry_after_seconds=wait,
            )
        bucket.tokens -= 1


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
