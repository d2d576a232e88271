"""What fronts count: only what no replica counts as well, so that sums over all of them are right."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.metrics_core import Metric
from starlette.types import ASGIApp, Receive, Scope, Send

_LOG = logging.getLogger(__name__)


class FrontCounts:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._rejects = Counter(
            "earmark_rejects", "Requests that were answered with a problem, by its slug.", ["reason"], registry=registry
        )
        self._queue = Gauge("earmark_queue", "Sounds that wait for a worker.", registry=registry)
        self.in_flight = 0
        """Requests that this front passes on, or is about to."""

    def families(self) -> Sequence[Metric]:
        return list(self._registry.collect())

    def reject(self, slug: str) -> None:
        self._rejects.labels(slug).inc()

    @contextmanager
    def passing_on(self) -> Iterator[None]:
        """Around a request, from before its body is read to the end of its answer."""
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    @contextmanager
    def queueing(self) -> Iterator[None]:
        """Around the wait for a replica."""
        with self._queue.track_inprogress():
            yield


class CountsProblems:
    """And logs them: nobody else sees what a front refuses."""

    def __init__(self, app: ASGIApp, counts: FrontCounts) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            problem = scope["state"].get("problem")
            if problem is not None:
                self._counts.reject(problem)
                _LOG.info("refused", extra={"problem": problem})
