"""The order of the middleware, in one place."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from service.http.backend import Backend
from service.http.exchange import Observer
from service.http.middleware.access_log import AccessLog
from service.http.middleware.catch_errors import CatchErrors
from service.http.middleware.cors import Cors
from service.http.middleware.limit_rate import LimitRate
from service.http.middleware.limit_size import LimitSize
from service.http.middleware.lingering import Lingering
from service.http.middleware.observe import Observe
from service.http.middleware.request_id import RequestId
from service.http.middleware.require_key import RequireKey
from service.http.middleware.security_headers import SecurityHeaders
from service.http.telemetry import open_telemetry


def add_middleware(app: FastAPI, backend: Backend) -> None:
    """All of it, once. Raises InvalidSettings."""
    settings = backend.settings
    observers: list[Observer] = [AccessLog(), backend.metrics, *open_telemetry(settings)]

    def wrap(inside: ASGIApp) -> ASGIApp:
        """From the inside out: the last is the first to see a request."""
        inside = LimitRate(inside, backend.rate)
        inside = LimitSize(inside, settings)
        if backend.keys is not None:
            inside = RequireKey(inside, backend.keys)
        inside = CatchErrors(inside)
        inside = Lingering(inside)
        if settings.cors_origins:
            inside = Cors(inside, settings.cors_origins)
        inside = SecurityHeaders(inside)
        inside = Observe(inside, observers)
        return RequestId(inside)

    app.add_middleware(wrap)
