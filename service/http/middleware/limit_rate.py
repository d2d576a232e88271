"""Holds back those who ask too often. Only uploads count here; a live stream counts once it has said who it is."""

from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.caller import caller_of
from service.http.rate import RateLimit

_COUNTED = {("POST", "/v1/classify"), ("POST", "/v1/answer")}


class LimitRate:
    def __init__(self, app: ASGIApp, rate: RateLimit) -> None:
        self._app = app
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) in _COUNTED:
            self._rate.take(caller_of(scope))
        await self._app(scope, receive, send)
