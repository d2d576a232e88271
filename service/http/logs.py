"""What is logged: JSON objects, one a line, on standard error."""

import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being served; every line that is logged for it bears it."""

_FIELDS = {"asctime": "time", "levelname": "level", "name": "logger", "message": "message"}
_QUIET_UNLESS_DEBUG = ("uvicorn", "asyncio")
"""They tell of their own steps, and warn of what clients do wrong; that has lines of ours."""


def configure_logging(level: str) -> None:
    """Once, by whoever runs the program: replaces what the root logger had."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter(list(_FIELDS), rename_fields=_FIELDS, reserved_attrs=[*RESERVED_ATTRS, *_UNWANTED]))
    handler.addFilter(_add_request_id)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _QUIET_UNLESS_DEBUG:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.ERROR)


_UNWANTED = ("color_message",)  # uvicorn's, with codes for terminals


class _Formatter(JsonFormatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - inherited
        """UTC, as in RFC 3339."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _add_request_id(record: logging.LogRecord) -> bool:
    request_id = REQUEST_ID.get()
    if request_id is not None:
        record.request_id = request_id
    return True
