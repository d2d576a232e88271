"""Refuses what its head says is too large, before any of it is read."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import BodyTooLarge, MalformedRequest
from service.http.settings import ServerSettings


class LimitSize:
    """Bodies without a length are counted by those who read them."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._max_head = settings.max_header_bytes
        self._max_body = settings.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self._check_head(scope)
            self._check_body(Headers(scope=scope))
        await self._app(scope, receive, send)

    def _check_head(self, scope: Scope) -> None:
        fields = sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"]) + fields
        if size > self._max_head:
            raise MalformedRequest(f"The head of the request has {size} bytes; {self._max_head} are allowed.")

    def _check_body(self, headers: Headers) -> None:
        if "content-length" in headers and "transfer-encoding" in headers:  # others on the way may read another request
            raise MalformedRequest("The request has both Content-Length and Transfer-Encoding; send one of them.")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise MalformedRequest(f"Content-Length is {length[:20]!r}; it must be a number of bytes.")
        if int(length) > self._max_body:
            raise BodyTooLarge(
                f"The body has {length} bytes; {self._max_body} are allowed. "
                "Send less sound at once, or a compressed format."
            )
