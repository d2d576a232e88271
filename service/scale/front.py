"""What runs in each proxy of Ray, in front of the replicas: limits, keys, problems, health and metrics.

Ray's proxy calls `fronts`, which the environment names for it: RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH=IMPORT_PATH.
"""

import asyncio

from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.inflight import Admission
from service.http.keys.keys import Keys
from service.http.logs import configure_logging
from service.http.middleware.catch_errors import CatchErrors
from service.http.middleware.cors import Cors
from service.http.middleware.limit_rate import LimitRate
from service.http.middleware.limit_size import LimitSize
from service.http.middleware.lingering import Lingering
from service.http.middleware.request_id import RequestId
from service.http.middleware.require_key import RequireKey
from service.http.middleware.security_headers import SecurityHeaders
from service.http.rate import RateLimit
from service.http.settings import ServerSettings
from service.scale.desk import Desk
from service.scale.front_counts import CountsProblems, FrontCounts
from service.scale.ledger import Report, Reporter

IMPORT_PATH = "service.scale.front:fronts"
_RAYS_OWN = "/-/"
"""Its health and its routes, for those who run the cluster."""


def fronts() -> list[Middleware]:
    """For Ray's proxy. Reads the settings from the environment. Raises InvalidSettings."""
    settings = ServerSettings.read()
    configure_logging(settings.log_level)
    return [Middleware(Front, settings=settings)]


class Front:
    """The same middleware as in an app of one machine, around what a proxy does itself or passes on."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._proxy = app
        self._admission = Admission(settings.max_requests)
        self._counts = FrontCounts(CollectorRegistry())
        self._reporter = Reporter("front", self._report, self._admission)
        self._reporting: asyncio.Task[None] | None = None
        inside: ASGIApp = Desk(app, settings, self._admission, self._reporter, self._counts)
        inside = LimitRate(inside, RateLimit(settings.max_requests_per_minute))
        inside = LimitSize(inside, settings)
        if settings.keys_file is not None:
            inside = RequireKey(inside, Keys(settings.keys_file))
        inside = CatchErrors(inside)
        inside = Lingering(inside)
        if settings.cors_origins:
            inside = Cors(inside, settings.cors_origins)
        inside = SecurityHeaders(inside)
        inside = CountsProblems(inside, self._counts)
        self._ours: ASGIApp = RequestId(inside)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._reporting is None:
            self._reporting = asyncio.get_running_loop().create_task(self._reporter.run())
        app = self._proxy if scope.get("path", "").startswith(_RAYS_OWN) else self._ours
        await app(scope, receive, send)

    def _report(self, source: str) -> Report:
        return Report(source, 0, self._counts.in_flight, self._counts.families())
