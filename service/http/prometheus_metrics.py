"""What is counted, for Prometheus. Labels are route templates and other short lists, never what a client sent."""

from collections.abc import Callable, Iterable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from service.http.observe import Exchange
from service.workers.messages import Facts

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})
_REQUEST_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)
_STAGE_SECONDS = (0.002, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60)
_REAL_TIME_FACTORS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1)


class Workers(Protocol):
    """Read at every scrape; AsyncWorkerPool has them."""

    @property
    def size(self) -> int: ...
    @property
    def ready(self) -> int: ...
    @property
    def busy(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def live_streams(self) -> int: ...
    @property
    def restarts(self) -> int: ...


class Metrics:
    """Uses `registry` alone, so that several apps in one process do not mix."""

    def __init__(self, registry: CollectorRegistry, workers: Workers) -> None:
        self._registry = registry
        self._requests = Counter(
            "earmark_requests", "Requests that were answered.", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            "earmark_request_seconds",
            "From the headers of a request to the end of its answer.",
            ["route"],
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge("earmark_requests_in_flight", "Requests that are being answered.", registry=registry)
        self._rejects = Counter(
            "earmark_rejects", "Requests that were answered with a problem, by its slug.", ["reason"], registry=registry
        )
        self._upload_bytes = Counter("earmark_upload_bytes", "Bytes of bodies that were received.", registry=registry)
        self._stages = Histogram(
            "earmark_stage_seconds",
            "Wall time of one analysis, by its stage.",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=registry,
        )
        self._audio_seconds = Counter("earmark_audio_seconds", "Sound that was listened to.", registry=registry)
        self._real_time_factor = Histogram(
            "earmark_real_time_factor",
            "Seconds of work for each second of sound.",
            buckets=_REAL_TIME_FACTORS,
            registry=registry,
        )
        self._analyses = Counter("earmark_analyses", "Sounds that were analysed.", ["container"], registry=registry)
        self._models = Info("earmark_model", "Models that are served, by their place.", ["place"], registry=registry)
        registry.register(_WorkerGauges(workers))
        ProcessCollector(registry=registry)

    def begin(self, _scope: Scope) -> Callable[[Exchange], None]:
        self._in_flight.inc()
        return self._end

    def name_model(self, place: str, name: str, version: str) -> None:
        """A model that is served: its place in the cascade, its name and version."""
        self._models.labels(place).info({"name": name, "version": version})

    def families(self) -> list[Metric]:
        """All metrics, to be gathered from several processes."""
        return list(self._registry.collect())

    def render(self) -> bytes:
        """The text format of Prometheus, with the media type `prometheus_client.CONTENT_TYPE_LATEST`."""
        return generate_latest(self._registry)

    def _end(self, exchange: Exchange) -> None:
        method = exchange.method if exchange.method in _METHODS else "other"
        self._in_flight.dec()
        self._requests.labels(exchange.route, method, f"{exchange.status // 100}xx").inc()
        self._seconds.labels(exchange.route).observe(exchange.seconds)
        self._upload_bytes.inc(exchange.bytes_in)
        for facts in exchange.facts:
            self._count_analysis(facts)
        if exchange.problem is not None:
            self._rejects.labels(exchange.problem).inc()

    def _count_analysis(self, facts: Facts) -> None:
        for stage, seconds in facts.stages.items():
            self._stages.labels(stage).observe(seconds)
        self._audio_seconds.inc(facts.audio_seconds)
        self._analyses.labels(facts.container).inc()
        if facts.audio_seconds:
            self._real_time_factor.observe(sum(facts.stages.values()) / facts.audio_seconds)


class _WorkerGauges(Collector):
    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def collect(self) -> Iterable[Metric]:
        workers = self._workers
        yield GaugeMetricFamily("earmark_workers", "Worker processes that there should be.", workers.size)
        yield GaugeMetricFamily("earmark_workers_ready", "Worker processes with loaded models.", workers.ready)
        yield GaugeMetricFamily("earmark_workers_busy", "Worker processes at work.", workers.busy)
        yield GaugeMetricFamily("earmark_queue", "Sounds that wait for a worker.", workers.waiting)
        yield GaugeMetricFamily("earmark_streams", "Live streams.", workers.live_streams)
        yield CounterMetricFamily("earmark_worker_restarts", "Worker processes that were replaced.", workers.restarts)
