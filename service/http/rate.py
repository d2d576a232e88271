"""How often somebody may ask."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from service.errors import TooManyRequests

_MOST_BUCKETS = 10_000
"""Some 2 MB. Whoever was not seen for longest is forgotten first, and so gets a full bucket: never a refusal."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


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
