"""A name for every request, which its answer and all that is logged for it bear."""

import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.logs import REQUEST_ID

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestId:
    """Takes the client's, if it is fit for a log, or makes one; `scope["state"]["request_id"]` has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        theirs = Headers(scope=scope).get(HEADER, "")
        request_id = theirs if _ACCEPTED.fullmatch(theirs) else new_request_id()

        async def send_with_id(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept", "websocket.http.response.start"}:
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        scope.setdefault("state", {})["request_id"] = request_id
        token = REQUEST_ID.set(request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            REQUEST_ID.reset(token)


def new_request_id() -> str:
    return uuid.uuid4().hex
