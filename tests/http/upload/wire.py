"""Requests as bytes on a socket, for what no client library would send."""

import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any

SECONDS = 60.0


def head(*lines: str, length: int | None = None) -> bytes:
    """Of a POST; chunked if it has no length."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return "\r\n".join(["POST / HTTP/1.1", "Host: localhost", "Connection: close", framing, *lines, "", ""]).encode()


def form_type(boundary: str = "xYzZY") -> str:
    return f"Content-Type: multipart/form-data; boundary={boundary}"


def part(content: bytes = b"sound", *lines: bytes, boundary: bytes = b"xYzZY") -> bytes:
    """With a usual Content-Disposition if no line is given."""
    lines = lines or (b'Content-Disposition: form-data; name="file"; filename="a.mp3"',)
    return b"--" + boundary + b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + content + b"\r\n"


END = b"--xYzZY--\r\n"


def chunked(pieces: Iterable[bytes]) -> Iterable[bytes]:
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def send(address: tuple[str, int], pieces: Iterable[bytes]) -> tuple[int, Any]:
    """Status and JSON of the answer. The server may answer, and close, before it has everything."""
    with socket.create_connection(address, timeout=SECONDS) as connection:
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        return answer_on(connection)


def answer_on(connection: socket.socket) -> tuple[int, Any]:
    response = HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())
