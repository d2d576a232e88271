"""Where a front decides: what it answers itself, and what goes to a replica."""

from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import NoWorkers
from service.formats.json_text import dump
from service.http.exchange import request_id_of
from service.http.inflight import Admission
from service.http.middleware.request_id import HEADER
from service.http.settings import ServerSettings
from service.http.upload.body import Body
from service.scale.conversation import RETRY_SECONDS, Conversation
from service.scale.front_counts import FrontCounts
from service.scale.kept_body import KeptBody
from service.scale.ledger import State

FILES = "/v1/classify"
_ATTEMPTS = 2
"""A replica that dies under a request may have died of it; the next one has the last word."""
_NOT_FOR_RAY = ("x-request-timeout-seconds", "x-request-disconnect-disabled", "serve_multiplexed_model_id",
                "serve-multiplexed-model-id", "x-session-id", "x_session_id")  # fmt: skip
"""Ray's proxy would do what a client says in them."""


class Reports(Protocol):
    """The ledger, as a front asks it; both raise NoWorkers if it does not answer."""

    async def tell(self) -> State: ...
    async def exposition(self) -> bytes: ...


class Desk:
    def __init__(
        self, proxy: ASGIApp, settings: ServerSettings, admission: Admission, reports: Reports, counts: FrontCounts
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
            body = KeptBody(self._settings.upload_dir)
            try:
                await body.fill(Body(receive, self._settings))
                await self._converse(scope, receive, send, body)
            finally:
                await body.close()

    async def _converse(self, scope: Scope, receive: Receive, send: Send, body: KeptBody | None = None) -> None:
        """Without a body that was kept, what was received from the client is gone, and nobody can be asked again."""
        for attempt in range(1, _ATTEMPTS + 1):
            coming = body.from_the_start(receive) if body else receive
            conversation = Conversation(_for_ray(scope), coming, send)
            try:
                await conversation.hold(self._proxy, self._settings.max_queue_seconds, self._counts.queueing())
            except NoWorkers:
                if body is None or attempt == _ATTEMPTS:
                    raise
            else:
                return


def _for_ray(scope: Scope) -> Scope:
    """With the name that the request has here, and without what is none of the client's business."""
    passed = {**scope, "headers": [one for one in scope["headers"] if one[0].decode("latin-1") not in _NOT_FOR_RAY]}
    MutableHeaders(scope=passed)[HEADER] = request_id_of(scope)
    return {**passed, "state": {}}


def _json(document: dict[str, str]) -> Response:
    return Response(dump(document), media_type="application/json")
