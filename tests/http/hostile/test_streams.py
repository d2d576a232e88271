"""WebSockets that are none, and streams that are odd."""

import socket
import time
from contextlib import suppress

import pytest

from tests.http.hostile.fortress import Fortress, everything_from
from tests.http.hostile.web_socket import (
    BINARY,
    CLOSE,
    END,
    PING,
    START,
    TEXT,
    close_code,
    conversation,
    frame,
    text,
    upgrade,
)

PROTOCOL_ERROR, NO_TEXT, REFUSED, TOO_LARGE = 1002, 1007, 1008, 1009
HALF_A_MIB = bytes(2**19)
PINGS = frame(PING, b"x" * 125) * 50
FLOOD_BYTES = 40_000_000
FLOOD_SECONDS = 5.0
MOST_KEPT_BYTES = 4_000_000
"""What may wait for a client that reads nothing: the buffers of two sockets are not ours."""


@pytest.mark.parametrize(
    ("sent", "status", "slug"),
    [
        (upgrade(path=b"/nowhere"), 404, "no-such-page"),
        (upgrade(path=b"/v1/classify"), 404, "no-such-page"),
        (upgrade(path=b"/static/index.html"), 404, "no-such-page"),
        (upgrade(path=b"/v1/stream%ff"), 404, "no-such-page"),
        (upgrade(path=b"http://elsewhere.example/v1/stream"), 400, "malformed-request"),
        (upgrade(b"Content-Length: 3") + b"abc", 400, "malformed-request"),
        (upgrade(b"Transfer-Encoding: chunked") + b"0\r\n\r\n", 400, "malformed-request"),
        (upgrade(b"Sec-WebSocket-Protocol: @@,;"), 400, "malformed-request"),
        (upgrade(b"X: " + b"a" * 9_000), 400, "malformed-request"),
        (upgrade().replace(b"GET", b"POST"), 400, "malformed-request"),
    ],
)
def test_a_handshake_that_is_refused(fortress: Fortress, sent: bytes, status: int, slug: str) -> None:
    (answer,) = fortress.answers(sent)
    assert (answer.status, answer.slug) == (status, slug)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(TEXT, b"{}", masked=False), PROTOCOL_ERROR),
        (frame(3, b"a"), PROTOCOL_ERROR),
        (frame(TEXT | 0x70, b"a"), PROTOCOL_ERROR),
        (frame(0, b"a"), PROTOCOL_ERROR),
        (frame(TEXT, b"a", last=False) + frame(TEXT, b"b"), PROTOCOL_ERROR),
        (frame(PING, b"a" * 126), PROTOCOL_ERROR),
        (frame(PING, b"a", last=False), PROTOCOL_ERROR),
        (frame(CLOSE, b"\0"), PROTOCOL_ERROR),
        (frame(BINARY, b"a", length=2**62), TOO_LARGE),
        (frame(BINARY, b"a", length=2**63), TOO_LARGE),
        (START + frame(BINARY, length=2**20 + 1), TOO_LARGE),
        (START + frame(BINARY, HALF_A_MIB, last=False) + frame(0, HALF_A_MIB, last=False) + frame(0, b"a"), TOO_LARGE),
        (frame(TEXT, b"\xff\xfe"), NO_TEXT),
        (START + frame(TEXT, b"\xff\xfe"), NO_TEXT),
        (frame(TEXT, b"[" * 100_000), REFUSED),
        (START + frame(TEXT, b"[" * 100_000), REFUSED),
        (frame(TEXT, b'{"sample_rate": %b}' % (b"9" * 5_000)), REFUSED),
        (START + frame(TEXT, b'{"end": %b}' % (b"9" * 5_000)), REFUSED),
        (frame(TEXT, b'{"sample_rate": 16000, "hop_seconds": NaN}'), REFUSED),
        (text(sample_rate=16_000, channels=-1), REFUSED),
        (text(sample_rate=16_000, channels=10**20), REFUSED),
        (START + START, REFUSED),
        (START + frame(BINARY) * 20_000 + END, REFUSED),
        (START, REFUSED),
        (b"", REFUSED),
    ],
    ids=[
        "not masked", "unknown kind", "reserved bits", "goes on before it begins", "begins twice", "long ping",
        "ping in parts", "short farewell", "4 EB", "negative length", "over a MiB", "over a MiB in parts", "no UTF-8",
        "no UTF-8 later", "deep JSON", "deep JSON later", "a rate of 5000 digits", "an end of 5000 digits", "NaN",
        "negative channels", "very many channels", "two beginnings", "twenty thousand times nothing", "no sound",
        "no beginning",
    ],
)  # fmt: skip
def test_an_odd_stream_is_ended(fortress: Fortress, sent: bytes, code: int) -> None:
    with conversation(fortress) as connection:
        connection.sendall(sent)
        assert close_code(connection) == code


def test_sound_that_is_no_number(fortress: Fortress) -> None:
    with conversation(fortress) as connection:
        connection.sendall(text(sample_rate=16_000, encoding="pcm_f32le") + frame(BINARY, b"\xff" * 400_000) + END)
        assert close_code(connection) == 1000


def test_what_comes_after_the_end_is_not_heard(fortress: Fortress) -> None:
    with conversation(fortress) as connection:
        connection.sendall(START + frame(BINARY, bytes(100_000)) + END + frame(BINARY, bytes(10_000)) * 20 + END)
        assert close_code(connection) == 1000


def test_a_client_that_does_not_wait_for_the_handshake_is_cut_off(fortress: Fortress) -> None:
    for _ in range(10):
        with fortress.connect() as connection, suppress(ConnectionError):
            connection.sendall(upgrade())
            connection.sendall(frame(TEXT, bytes(2_000_000)))
            everything_from(connection)


@pytest.mark.parametrize(
    ("start", "flood"),
    [(b"", PINGS), (START, PINGS), (START, PINGS + frame(BINARY))],
    ids=["instead of a start", "after it", "between messages"],
)
def test_a_flood_of_pings_to_which_nobody_takes_the_answers(fortress: Fortress, start: bytes, flood: bytes) -> None:
    before = fortress.front_memory_bytes()
    with conversation(fortress) as connection:
        connection.sendall(start)
        connection.settimeout(0.5)
        began, sent = time.monotonic(), 0
        with suppress(TimeoutError, ConnectionError):  # the server stops reading
            while sent < FLOOD_BYTES and time.monotonic() - began < FLOOD_SECONDS:
                connection.sendall(flood)
                sent += len(flood)
        assert sent < FLOOD_BYTES
        assert fortress.front_memory_bytes() - before < MOST_KEPT_BYTES


@pytest.mark.parametrize("reset", [False, True])
def test_clients_that_leave_without_a_farewell(fortress: Fortress, reset: bool) -> None:
    for sent in (b"", START, START + frame(BINARY, bytes(100_000)), START + frame(BINARY, b"a", length=1_000)):
        with conversation(fortress) as connection:
            connection.sendall(sent)
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_clients_that_leave_in_the_handshake(fortress: Fortress) -> None:
    for path in (b"/v1/stream", b"/nowhere"):
        for _ in range(10):
            with fortress.connect() as connection:
                connection.sendall(upgrade(path=path))
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
