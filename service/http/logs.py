"""What is logged: JSON objects, one a line, on standard error; each line names the request that it belongs to."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.observe import Exchange

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the request that is being served. Every line that is logged meanwhile has it."""
REQUEST_ID_HEADER = "X-Request-ID"

_ACCESS_LOG = logging.getLogger("earmark.access")
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_FIELDS = {"asctime": "time", "levelname": "level", "name": "logger", "message": "message"}
_UNWANTED = ("color_message",)  # uvicorn's, with codes for terminals
_QUIET_UNLESS_DEBUG = ("uvicorn", "asyncio")
"""They log their own steps, and warn of clients' mistakes, for which the service has lines of its own."""


def configure_logging(level: str) -> None:
    """To be called once, by the program that serves: replaces the handlers of the root logger."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter(list(_FIELDS), rename_fields=_FIELDS, reserved_attrs=[*RESERVED_ATTRS, *_UNWANTED]))
    handler.addFilter(_add_request_id)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _QUIET_UNLESS_DEBUG:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.ERROR)


class _Formatter(JsonFormatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - inherited
        """UTC, as in RFC 3339."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _add_request_id(record: logging.LogRecord) -> bool:
    request_id = REQUEST_ID.get()
    if request_id is not None:
        record.request_id = request_id
    return True


class RequestId:
    """A name for every request, which its answer and its log lines carry.

    Takes the client's, if it is fit for a log, or makes one; `scope["state"]["request_id"]` has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        theirs = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = theirs if _ACCEPTED_ID.fullmatch(theirs) else new_request_id()

        async def send_with_id(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept", "websocket.http.response.start"}:
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        scope.setdefault("state", {})["request_id"] = request_id
        token = REQUEST_ID.set(request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            REQUEST_ID.reset(token)


def new_request_id() -> str:
    return uuid.uuid4().hex


class AccessLog:
    """A line for every request: no address, no query, no file name."""

    def begin(self, _scope: Scope) -> Callable[[Exchange], None]:
        return _write


def _write(exchange: Exchange) -> None:
    line: dict[str, object] = {
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status,
        "seconds": round(exchange.seconds, 4),
        "bytes_in": exchange.bytes_in,
        "bytes_out": exchange.bytes_out,
    }
    if exchange.key_name is not None:
        line["key"] = exchange.key_name
    if exchange.problem is not None:
        line["problem"] = exchange.problem
    if exchange.facts:
        line["audio_seconds"] = round(sum(facts.audio_seconds for facts in exchange.facts), 3)
    _ACCESS_LOG.info("request", extra=line)
