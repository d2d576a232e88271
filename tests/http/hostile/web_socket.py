"""A WebSocket by hand: what no client library would say."""

import base64
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from tests.http.hostile.fortress import Fortress, everything_from

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
_LAST, _MASKED = 0x80, 0x80


def frame(kind: int, data: bytes = b"", *, last: bool = True, masked: bool = True, length: int | None = None) -> bytes:
    """The mask is all zeros. `length` is what is claimed."""
    claimed = len(data) if length is None else length
    mask = _MASKED if masked else 0
    if claimed < 126:
        size = bytes([mask | claimed])
    elif claimed < 2**16:
        size = bytes([mask | 126]) + struct.pack("!H", claimed)
    else:
        size = bytes([mask | 127]) + struct.pack("!Q", claimed)
    return bytes([kind | (_LAST if last else 0)]) + size + (bytes(4) if masked else b"") + data


def text(**fields: object) -> bytes:
    return frame(TEXT, json.dumps(fields).encode())


START, END = text(sample_rate=16_000), text(end=True)


def upgrade(*lines: bytes, path: bytes = b"/v1/stream") -> bytes:
    key = base64.b64encode(os.urandom(16))
    fields = [b"Host: a", b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", *lines]
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", *fields, b"Sec-WebSocket-Key: " + key, b"", b""])


@contextmanager
def conversation(fortress: Fortress) -> Iterator[socket.socket]:
    """After the handshake."""
    with fortress.connect() as connection:
        connection.sendall(upgrade())
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65_536)
        assert received.startswith(b"HTTP/1.1 101")
        yield connection


def close_code(connection: socket.socket) -> int:
    """Answers the server's frame of farewell, as clients do, and reads to the end."""
    received = b""
    while (code := _close_code_in(received)) is None:
        more = connection.recv(65_536)
        assert more, received
        received += more
    connection.sendall(frame(CLOSE, struct.pack("!H", code)))
    everything_from(connection)
    return code


def _close_code_in(received: bytes) -> int | None:
    while len(received) >= 4:
        kind, size, start = received[0] & 0x0F, received[1], 2
        if size == 126:
            size, start = struct.unpack("!H", received[2:4])[0], 4
        data, received = received[start : start + size], received[start + size :]
        if kind == CLOSE and len(data) >= 2:
            code: int = struct.unpack("!H", data[:2])[0]
            return code
    return None
