"""HTTP and WebSockets as uvicorn speaks them, with tighter limits and problems as answers."""

import asyncio
import base64
import binascii
import logging
import re
import sys
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from service.errors import EarmarkError, MalformedRequest, UploadTooSlow
from service.http.logs import new_request_id
from service.http.problems import problem_response

_LOG = logging.getLogger(__name__)
_STALLED_SECONDS = 60.0
"""A client that takes nothing of its answer for so long is cut off."""
_LINGER_SECONDS = 1.0
"""What still arrives is discarded for so long, so that the client can read the answer."""
_MOST_FIELDS, _LONGEST_FIELD = 128, 8000
"""Limits for a WebSocket request: a little less than the library behind it accepts."""
_TOKEN = rb"[\w!#$%&'*+.^`|~-]+"
_TOKENS = re.compile(rb"%b(?:[ \t]*,[ \t]*%b)*" % (_TOKEN, _TOKEN))
_LISTS = frozenset({b"connection", b"upgrade", b"sec-websocket-protocol"})
_NO_TEXT = 1007
"""WebSocket close code."""


class EndsWhenStalled(asyncio.Protocol):
    """Cuts the connection to a client that takes nothing of what it asked for: it would hold its place, and memory, for
    ever. Name it before the protocol that it is to end."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(_STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


class StrictProtocol(EndsWhenStalled, H11Protocol):
    """HTTP/1.1, strict about the headers of requests, and with problems where uvicorn would answer plain text."""

    max_header_seconds: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._headers_timer: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_awaiting_headers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._headers_timer is None and self.conn.their_state is h11.IDLE:  # the next request of the connection
            self._await_headers()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_awaiting_headers()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        flaw = _handshake_flaw(event)
        if flaw is not None:
            self._refuse(MalformedRequest(flaw))
            return
        self._stop_awaiting_headers()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - always the same, and in nobody's words
        """uvicorn calls it while it handles what h11 found."""
        found = sys.exc_info()[1]
        if getattr(found, "error_status_hint", None) == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            limit = self.config.h11_max_incomplete_event_size
            self._refuse(
                MalformedRequest(f"The headers of the request have more than the {limit} bytes that are allowed.")
            )
        else:
            self._refuse(MalformedRequest("What was sent is not a request of HTTP/1.1; https has to be left off here."))

    def _await_headers(self) -> None:
        self._headers_timer = self.loop.call_later(self.max_header_seconds, self._headers_are_late)

    def _stop_awaiting_headers(self) -> None:
        if self._headers_timer is not None:
            self._headers_timer.cancel()
            self._headers_timer = None

    def _headers_are_late(self) -> None:
        self._headers_timer = None
        received = len(self.conn.trailing_data[0])
        if received == 0:
            self.transport.close()
            return
        self._refuse(
            UploadTooSlow(
                f"The headers of the request were not complete after {self.max_header_seconds:g} s, the longest "
                f"that is allowed; {received} bytes had come."
            )
        )

    def _refuse(self, error: EarmarkError) -> None:
        """Answers, if nothing else was answered yet, and closes once the client may have read it."""
        self._is_refused = True
        self._stop_awaiting_headers()
        self._unset_keepalive_if_required()
        request_id = new_request_id()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            response = problem_response(error, request_id)
            response.headers.update({"Connection": "close", "X-Request-ID": request_id})
            start = h11.Response(
                status_code=response.status_code,
                headers=[*self.server_state.default_headers, *response.raw_headers],
                reason=HTTPStatus(response.status_code).phrase,
            )
            for event in (start, h11.Data(data=bytes(response.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:  # a body that breaks off: its reader learns that it is over
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        _LOG.info("refused", extra={"problem": error.slug, "status": error.status, "request_id": request_id})
        if self.transport.can_write_eof():
            with suppress(OSError):  # the client may be gone by now
                self.transport.write_eof()
        self.transport.resume_reading()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)


def strict_protocol(max_header_seconds: float) -> type[StrictProtocol]:
    """A class of its own, since uvicorn makes its protocols itself and passes no arguments on to them."""
    return type("StrictProtocol", (StrictProtocol,), {"max_header_seconds": max_header_seconds})


class StreamProtocol(EndsWhenStalled, WebSocketsSansIOProtocol):
    """WebSockets, with a bound on what a client may have waiting, and problems in our words.

    It stops reading while the client does not take what was sent: each ping makes a pong."""

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated and not self.handshake_complete:  # what is sent before the answer has no meaning
            self.transport.abort()
            return
        super().data_received(data)
        if not self.writable.is_set():
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()

    async def receive(self) -> Any:
        await self.writable.wait()
        return await super().receive()

    async def send(self, message: Any) -> None:
        if self.disconnected and message["type"] != "websocket.send":  # nobody is left to be answered
            return
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # A WebSocket that is refused with a problem is complete; uvicorn would log an error for each.
            self.handshake_complete = True

    def send_receive_event_to_app(self) -> None:
        """Text that is none ends the stream; uvicorn would log an error for each."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.fail(_NO_TEXT)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()


def _handshake_flaw(event: h11.Request) -> str | None:
    """What the library behind it would refuse in words that are not ours, or without any."""
    fields = list(event.headers)
    longest = max(len(event.target), *(len(name) + len(value) for name, value in fields))
    if len(fields) > _MOST_FIELDS or longest > _LONGEST_FIELD:
        return (
            f"A WebSocket request may have {_MOST_FIELDS} header fields of {_LONGEST_FIELD} "
            f"bytes; this one has {len(fields)}, the longest of {longest}."
        )
    if event.method != b"GET" or event.http_version != b"1.1" or not event.target.startswith(b"/"):
        return "A WebSocket begins with a request such as: GET /v1/stream HTTP/1.1."
    if any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in fields):
        return "A WebSocket begins with a request without a body."
    if any(name in _LISTS and not _TOKENS.fullmatch(value) for name, value in fields):
        return "The fields Connection, Upgrade and Sec-WebSocket-Protocol are lists of words, separated by commas."
    if [value for name, value in fields if name == b"sec-websocket-version"] != [b"13"]:
        return "A WebSocket needs one field Sec-WebSocket-Version: 13."
    keys = [value for name, value in fields if name == b"sec-websocket-key"]
    try:
        is_key = [len(base64.b64decode(key, validate=True)) for key in keys] == [16]
    except binascii.Error:
        is_key = False
    return None if is_key else "A WebSocket needs one field Sec-WebSocket-Key, of 16 bytes in base64."
