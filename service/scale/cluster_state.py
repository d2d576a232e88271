"""The state of a cluster in one actor of Ray's: what all proxies and replicas count, and whether they are to stop."""

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import ray
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.errors import NoWorkers
from service.http.admission import Admission

NAME, NAMESPACE = "earmark-ledger", "earmark"
REPORT_SECONDS = 1.0
FORGET_SECONDS = 10.0
"""A proxy or replica that has not reported for so long is gone."""
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What every proxy and replica has to know."""

    is_draining: bool
    ready_replicas: int
    """Replicas for files whose worker is ready."""
    in_flight: int
    """Requests that fronts are answering."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What one of them reports each second."""

    source: str
    ready_replicas: int
    in_flight: int
    families: Sequence[Metric]


class Ledger:
    """The actor. Remembers the last report of each, and forgets those that stop reporting."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reports: dict[str, tuple[float, StatusReport]] = {}
        self._is_draining = False

    def report(self, report: StatusReport) -> ClusterState:
        self._reports[report.source] = (self._clock(), report)
        return self.state()

    def state(self) -> ClusterState:
        reports = self._recent()
        return ClusterState(
            self._is_draining,
            sum(report.ready_replicas for report in reports),
            sum(report.in_flight for report in reports),
        )

    def set_draining(self, is_draining: bool) -> None:
        """From now on, nothing new; or everything again."""
        self._is_draining = is_draining

    def exposition(self) -> bytes:
        """All that is counted, in the text format of Prometheus; the label `source` says by whom."""
        registry = CollectorRegistry()
        registry.register(_Families(self._recent()))
        return generate_latest(registry)

    def _recent(self) -> list[StatusReport]:
        oldest = self._clock() - FORGET_SECONDS
        self._reports = {source: one for source, one in self._reports.items() if one[0] >= oldest}
        return [report for _, report in self._reports.values()]


class _Families(Collector):
    def __init__(self, reports: Iterable[StatusReport]) -> None:
        self._reports = reports

    def collect(self) -> Iterable[Metric]:
        merged: dict[str, Metric] = {}
        for report in self._reports:
            for family in report.families:
                into = merged.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                into.samples += [
                    sample._replace(labels={**sample.labels, "source": report.source}) for sample in family.samples
                ]
        return merged.values()


def open_ledger() -> Any:
    """The one of the cluster; makes it, if there is none yet."""
    actor = ray.remote(num_cpus=0)(Ledger)
    return actor.options(name=NAME, namespace=NAMESPACE, lifetime="detached", get_if_exists=True).remote()


class Reporter:
    """Reports each second, and hears whether to stop. Belongs to the event loop that runs it."""

    def __init__(self, part: str, measure: Callable[[str], StatusReport], admission: Admission) -> None:
        self._source = f"{part}-{uuid.uuid4().hex[:8]}"
        self._measure = measure
        self._admission = admission
        self._ledger: Any = None

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            with suppress(NoWorkers):
                if (await self.tell()).is_draining:
                    self._admission.drain()
                elif self._admission.draining:  # another program has started the service again
                    self._admission.resume()
            await asyncio.sleep(REPORT_SECONDS)

    async def tell(self) -> ClusterState:
        """Now. Raises NoWorkers."""
        state: ClusterState = await self._ask(lambda ledger: ledger.report.remote(self._measure(self._source)))
        return state

    async def exposition(self) -> bytes:
        """The metrics of all replicas. Raises NoWorkers."""
        await self.tell()
        text: bytes = await self._ask(lambda ledger: ledger.exposition.remote())
        return text

    async def _ask(self, what: Callable[[Any], Any]) -> Any:
        try:
            if self._ledger is None:
                self._ledger = await asyncio.to_thread(open_ledger)
            return await asyncio.wait_for(what(self._ledger), _PATIENCE_SECONDS)
        except (ray.exceptions.RayError, TimeoutError, ValueError):  # the last is about names that are just taken
            self._ledger = None  # another one may have taken its place
            raise NoWorkers(
                "The cluster does not answer at the moment.", retry_after_seconds=round(_PATIENCE_SECONDS)
            ) from None
