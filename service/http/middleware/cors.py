"""Pages of other origins, if the settings name them: starlette's CORS, with problems in the house's form."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from service.errors import MalformedRequest
from service.http.logs import REQUEST_ID
from service.http.problems import problem_response

_ACCEPTED = ("Authorization", "Content-Disposition", "Content-Type", "X-API-Key", "X-Request-ID")
_SHOWN = ("Content-Disposition", "Retry-After", "X-Request-ID")


class Cors(CORSMiddleware):
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
