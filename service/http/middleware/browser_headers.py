"""Headers that tell a browser what it may do with an answer, and which pages may ask."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import MalformedRequest
from service.http.logs import REQUEST_ID
from service.http.problems import problem_response

_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Scripts and styles from our own files only, none in the page itself; a chosen sound can be played."""
_ACCEPTED = ("Authorization", "Content-Disposition", "Content-Type", "X-API-Key", "X-Request-ID")
_SHOWN = ("Content-Disposition", "Retry-After", "X-Request-ID")


class SecurityHeaders:
    """Nothing is allowed, except to pages of our own. A header that a route sets is left as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                headers = MutableHeaders(scope=message)
                is_page = headers.get("Content-Type", "").startswith("text/html")
                headers.setdefault("Content-Security-Policy", _PAGE if is_page else _NO_PAGE)
                for name, value in _ALL.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_guarded)


class Cors(CORSMiddleware):
    """starlette's CORS for the origins that the settings name; refusals are problems."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=_ACCEPTED,
            expose_headers=_SHOWN,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        refusal = MalformedRequest(
            "Pages of this origin may not send such a request: EARMARK_CORS_ORIGINS names the origins that may, "
            f"with GET and POST and the headers {', '.join(_ACCEPTED)}."
        )
        return problem_response(refusal, REQUEST_ID.get() or "")
