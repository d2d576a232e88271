"""Clients that take their time, and clients that leave."""

import socket
import time
from contextlib import ExitStack

import pytest

from tests.http.hostile.attacks import form, post, raw
from tests.http.hostile.fortress import Fortress, everything_from
from tests.http.upload.wire import part

SILENT_CLIENTS = 100
LONGEST_SECONDS = 15.0
"""Ten times what the settings of the fortress allow, since the machine may be busy."""


def drip(fortress: Fortress, start: bytes, drop: bytes) -> tuple[bytes, float]:
    """What comes back to a client that sends a drop now and then, and how long it takes."""
    began = time.monotonic()
    received = b""
    with fortress.connect() as connection:
        connection.sendall(start)
        connection.settimeout(0.1)
        while time.monotonic() - began < LONGEST_SECONDS:
            try:
                received = connection.recv(65_536)
                break
            except TimeoutError:
                connection.sendall(drop)
        return received, time.monotonic() - began


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"GET / HTTP/1.1\r\n", b"X: a\r\n"),
        (b"GET /", b"a"),
        (b"\r", b"\n\r"),
        (post(b"Content-Length: 1000"), b"a"),
        (post(b"Transfer-Encoding: chunked"), b"1\r\na\r\n"),
        (post(b"Transfer-Encoding: chunked", body=b"f"), b"f"),
        (form(part(b"sound"))[:-10], b""),
        (raw(b"sound")[:-2], b""),
        (post(b"Transfer-Encoding: chunked", body=b"fffffff\r\nsound"), b""),
    ],
    ids=[
        "head line by line", "head letter by letter", "line ends", "body", "chunks", "the size of a chunk",
        "form shorter than announced", "body shorter than announced", "chunk shorter than announced",
    ],
)  # fmt: skip
def test_slow_loris(fortress: Fortress, start: bytes, drop: bytes) -> None:
    received, seconds = drip(fortress, start, drop)
    assert received.startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))
    assert b"application/problem+json" in received
    assert seconds < LONGEST_SECONDS


def test_many_who_say_nothing_hold_up_nobody(fortress: Fortress, medley_wav: bytes) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(fortress.connect()) for _ in range(SILENT_CLIENTS)]
        for number, connection in enumerate(silent):
            connection.sendall(b"POST /v1/classify HTTP/1.1\r\n"[: number % 30])
        with fortress.server.client() as client:
            assert client.post("/v1/classify", content=medley_wav).status_code == 200
        for connection in silent:
            everything_from(connection)  # returns since the server closes


@pytest.mark.parametrize("cut", [30, 200, 50_000])
@pytest.mark.parametrize("reset", [False, True])
def test_clients_that_leave(fortress: Fortress, medley_wav: bytes, cut: int, reset: bool) -> None:
    for _ in range(5):
        with fortress.connect() as connection:
            connection.sendall(raw(medley_wav)[:cut])
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_clients_that_leave_before_the_answer(fortress: Fortress, medley_wav: bytes) -> None:
    for _ in range(10):
        with fortress.connect() as connection:
            connection.sendall(raw(medley_wav))
