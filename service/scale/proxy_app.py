"""The front: what runs in each proxy of Ray, before the replicas. Limits, keys, problems, health and metrics.

Ray's proxy calls `fronts`, which the environment names for it: RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH=IMPORT_PATH.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge
from prometheus_client.metrics_core import Metric
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import NoWorkers
from service.formats.json_text import dump
from service.http.admission import Admission, RateLimit
from service.http.api_keys import ApiKeys
from service.http.logs import REQUEST_ID_HEADER, configure_logging
from service.http.middleware.stack import guarded
from service.http.observe import request_id_of
from service.http.server_settings import ServerSettings
from service.http.upload.body import UploadBody
from service.scale.cluster_state import ClusterState, Reporter, StatusReport
from service.scale.relay import RETRY_SECONDS, RelayedRequest, UploadBuffer

_LOG = logging.getLogger(__name__)
IMPORT_PATH = "service.scale.proxy_app:fronts"
FILES = "/v1/classify"
"""The path of uploads."""
_ATTEMPTS = 2
"""A replica that dies under a request may have died of it; the next one has the last word."""
_NOT_FOR_RAY = ("x-request-timeout-seconds", "x-request-disconnect-disabled", "serve_multiplexed_model_id",
                "serve-multiplexed-model-id", "x-session-id", "x_session_id")  # fmt: skip
"""Headers in which a client could tell Ray's proxy what to do."""
_RAYS_OWN = "/-/"
"""Paths of Ray's own health and routes, for those who run the cluster."""


def fronts() -> list[Middleware]:
    """The middleware for Ray's proxy. Reads the settings from the environment. Raises InvalidSettings."""
    settings = ServerSettings.read()
    configure_logging(settings.log_level)
    return [Middleware(ProxyApp, settings=settings)]


class ProxyApp:
    """The same middleware as in an app of one machine, around what a proxy does itself or passes on."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._proxy = app
        self._admission = Admission(settings.max_requests)
        self._counts = ProxyCounts(CollectorRegistry())
        self._reporter = Reporter("front", self._report, self._admission)
        self._reporting: asyncio.Task[None] | None = None
        self._ours: ASGIApp = guarded(
            ProxyRoutes(app, settings, self._admission, self._reporter, self._counts),
            settings,
            RateLimit(settings.max_requests_per_minute),
            ApiKeys(settings.keys_file) if settings.keys_file else None,
            lambda inside: CountsProblems(inside, self._counts),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._reporting is None:
            self._reporting = asyncio.get_running_loop().create_task(self._reporter.run())
        app = self._proxy if scope.get("path", "").startswith(_RAYS_OWN) else self._ours
        await app(scope, receive, send)

    def _report(self, source: str) -> StatusReport:
        return StatusReport(source, 0, self._counts.in_flight, self._counts.families())


class ProxyCounts:
    """What fronts count: only what no replica counts as well, so that sums over all of them are right."""

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
    """Counts problems and logs them: nobody else sees what a front refuses."""

    def __init__(self, app: ASGIApp, counts: ProxyCounts) -> None:
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


class ClusterReports(Protocol):
    """The ledger, as a front asks it. Both methods raise NoWorkers if it does not answer."""

    async def tell(self) -> ClusterState: ...
    async def exposition(self) -> bytes: ...


class ProxyRoutes:
    """Decides what the front answers itself, and what goes to a replica."""

    def __init__(
        self,
        proxy: ASGIApp,
        settings: ServerSettings,
        admission: Admission,
        reports: ClusterReports,
        counts: ProxyCounts,
    ) -> None:
        self._proxy = proxy
        self._settings = settings
        self._admission = admission
        self._reports = reports
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"], scope.get("method"), scope["path"]:
            case "http", "GET" | "HEAD", "/health/live":
                await _json({"status": "live"})(scope, receive, send)
            case "http", "GET" | "HEAD", "/health/ready":
                await (await self._ready())(scope, receive, send)
            case "http", "GET" | "HEAD", "/metrics":
                await (await self._metrics())(scope, receive, send)
            case "http", "POST", path if path == FILES:
                await self._listen(scope, receive, send)
            case kind, _, _:
                if kind == "websocket":
                    self._admission.refuse_if_draining()
                with self._counts.passing_on():
                    await self._converse(scope, receive, send)

    async def _ready(self) -> Response:
        self._admission.refuse_if_draining()
        if not (await self._reports.tell()).ready_replicas:
            raise NoWorkers("No replica has loaded its models yet.", retry_after_seconds=RETRY_SECONDS)
        return _json({"status": "ready"})

    async def _metrics(self) -> Response:
        return Response(await self._reports.exposition(), media_type=CONTENT_TYPE_LATEST)

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An upload is kept here until it is whole: a slow client holds up no replica, and a replica that dies under
        it can be replaced by another one."""
        with self._admission.admit(), self._counts.passing_on():
            body = UploadBuffer(self._settings.upload_dir)
            try:
                await body.fill(UploadBody(receive, self._settings))
                await self._converse(scope, receive, send, body)
            finally:
                await body.close()

    async def _converse(self, scope: Scope, receive: Receive, send: Send, body: UploadBuffer | None = None) -> None:
        """Tries a second replica only if there is a buffer: else what was received from the client is gone."""
        for attempt in range(1, _ATTEMPTS + 1):
            coming = body.from_the_start(receive) if body else receive
            conversation = RelayedRequest(_for_ray(scope), coming, send)
            try:
                await conversation.hold(self._proxy, self._settings.max_queue_seconds, self._counts.queueing())
            except NoWorkers:
                if body is None or attempt == _ATTEMPTS:
                    raise
            else:
                return


def _for_ray(scope: Scope) -> Scope:
    """The scope with the request's id, and without headers that are none of the client's business."""
    passed = {**scope, "headers": [one for one in scope["headers"] if one[0].decode("latin-1") not in _NOT_FOR_RAY]}
    MutableHeaders(scope=passed)[REQUEST_ID_HEADER] = request_id_of(scope)
    return {**passed, "state": {}}


def _json(document: dict[str, str]) -> Response:
    return Response(dump(document), media_type="application/json")
