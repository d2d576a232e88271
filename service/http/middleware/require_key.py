"""Keeps those without a key out of /v1, where keys are asked for."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.caller import check_key
from service.http.keys.keys import Keys


class RequireKey:
    """A live stream may also bring its key in its first message, since browsers cannot send headers with it."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"].startswith("/v1/"):
            key = _key_in(Headers(scope=scope))
            if key is not None or scope["type"] == "http":
                check_key(scope, self._keys, key)
        await self._app(scope, receive, send)


def _key_in(headers: Headers) -> str | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    return headers.get("x-api-key")
