"""HTTP as uvicorn speaks it, but strict about heads of requests, and with problems where it would answer plain text."""

import asyncio
import logging
import sys
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.errors import EarmarkError, MalformedRequest, UploadTooSlow
from service.http.middleware.request_id import new_request_id
from service.http.problems import problem_response
from service.http.stalling import EndsWhenStalled
from service.http.stream_protocol import handshake_flaw

_LOG = logging.getLogger(__name__)
_LINGER_SECONDS = 1.0
"""So long what still arrives is thrown away, so that the client gets to read the answer."""


class StrictProtocol(EndsWhenStalled, H11Protocol):
    max_header_seconds: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_awaiting_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._head_timer is None and self.conn.their_state is h11.IDLE:  # the next request of the connection
            self._await_head()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_awaiting_head()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        flaw = handshake_flaw(event)
        if flaw is not None:
            self._refuse(MalformedRequest(flaw))
            return
        self._stop_awaiting_head()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - always the same, and in nobody's words
        """uvicorn calls it while it handles what h11 found."""
        found = sys.exc_info()[1]
        if getattr(found, "error_status_hint", None) == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            limit = self.config.h11_max_incomplete_event_size
            self._refuse(MalformedRequest(f"The head of the request is larger than {limit} bytes, which are allowed."))
        else:
            self._refuse(MalformedRequest("What was sent is not a request of HTTP/1.1; https has to be left off here."))

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.max_header_seconds, self._head_is_late)

    def _stop_awaiting_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        received = len(self.conn.trailing_data[0])
        if received == 0:
            self.transport.close()
            return
        self._refuse(
            UploadTooSlow(
                f"The head of the request was not complete after {self.max_header_seconds:g} s, the longest that is "
                f"allowed; {received} bytes had come."
            )
        )

    def _refuse(self, error: EarmarkError) -> None:
        """Answers, if nothing else was answered yet, and closes once the client may have read it."""
        self._is_refused = True
        self._stop_awaiting_head()
        self._unset_keepalive_if_required()
        request_id = new_request_id()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            response = problem_response(error, request_id)
            response.headers.update({"Connection": "close", "X-Request-ID": request_id})
            head = h11.Response(
                status_code=response.status_code,
                headers=[*self.server_state.default_headers, *response.raw_headers],
                reason=HTTPStatus(response.status_code).phrase,
            )
            for event in (head, h11.Data(data=bytes(response.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:  # a body that breaks off in the middle: whoever reads it learns that it is over
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        _LOG.info("refused", extra={"problem": error.slug, "status": error.status, "request_id": request_id})
        if self.transport.can_write_eof():
            with suppress(OSError):  # the client may be gone by now
                self.transport.write_eof()
        self.transport.resume_reading()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)


def strict_protocol(max_header_seconds: float) -> type[StrictProtocol]:
    """uvicorn makes its protocols itself, and passes nothing on to them."""
    return type("StrictProtocol", (StrictProtocol,), {"max_header_seconds": max_header_seconds})
