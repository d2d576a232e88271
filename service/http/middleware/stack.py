"""The order of the middleware, for an app and for Ray's proxies alike."""

from collections.abc import Callable

from starlette.types import ASGIApp

from service.http.admission import RateLimit
from service.http.api_keys import ApiKeys
from service.http.logs import RequestId
from service.http.middleware.browser_headers import Cors, SecurityHeaders
from service.http.middleware.guards import LimitRate, LimitSize, RequireKey
from service.http.middleware.lingering import Lingering
from service.http.problems import CatchErrors
from service.http.server_settings import ServerSettings


def guarded(
    inside: ASGIApp,
    settings: ServerSettings,
    rate: RateLimit,
    keys: ApiKeys | None,
    observe: Callable[[ASGIApp], ASGIApp],
) -> ASGIApp:
    """`inside` with all middleware around it, from the inside out: the last one sees a request first.

    `observe` adds what counts and logs requests."""
    inside = LimitRate(inside, rate)
    inside = LimitSize(inside, settings)
    if keys is not None:
        inside = RequireKey(inside, keys)
    inside = CatchErrors(inside)
    inside = Lingering(inside)
    if settings.cors_origins:
        inside = Cors(inside, settings.cors_origins)
    inside = SecurityHeaders(inside)
    inside = observe(inside)
    return RequestId(inside)
