"""WebSockets as uvicorn speaks them, but with bounds on what a client may have waiting, and problems in our words."""

import base64
import binascii
import re
from typing import Any

import h11
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from service.http.stalling import EndsWhenStalled

_MOST_FIELDS, _LONGEST_FIELD = 128, 8000
"""A little less than what the library behind the stream takes."""
_TOKEN = rb"[\w!#$%&'*+.^`|~-]+"
_TOKENS = re.compile(rb"%b(?:[ \t]*,[ \t]*%b)*" % (_TOKEN, _TOKEN))
_LISTS = frozenset({b"connection", b"upgrade", b"sec-websocket-protocol"})
_NO_TEXT = 1007
"""WebSocket close code."""


class StreamProtocol(EndsWhenStalled, WebSocketsSansIOProtocol):
    """Reads no further while the client does not take what was sent: each ping makes a pong."""

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


def handshake_flaw(event: h11.Request) -> str | None:
    """What the library behind the stream would refuse in words that are not ours, or not say at all."""
    fields = list(event.headers)
    longest = max(len(event.target), *(len(name) + len(value) for name, value in fields))
    if len(fields) > _MOST_FIELDS or longest > _LONGEST_FIELD:
        return (
            f"The head of a WebSocket request may have {_MOST_FIELDS} fields of {_LONGEST_FIELD} "
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
