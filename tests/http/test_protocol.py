"""What is hardly HTTP, or comes too slowly to be a request."""

import base64
import json
import os
import socket
import time
from collections.abc import Iterator

import pytest

from service.http.uvicorn_protocols import StrictProtocol
from tests.http.edges import Edges, edges
from tests.workers.waiting import wait_for

UPGRADE = b"GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n%s\r\n\r\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Edges]:
    with edges(max_header_seconds=0.5, max_header_bytes=2000) as running:
        yield running


def assert_answer(received: bytes, status: int, slug: str, *words: str) -> None:
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert fields["content-type"] == "application/problem+json"
    assert fields["connection"] == "close"
    assert fields["x-request-id"] == problem["request_id"]
    assert problem["type"].endswith(f":{slug}")
    assert problem["status"] == status
    for word in words:
        assert word in problem["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a client hello of TLS \r\n\r\n",
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    ],
)
def test_malformed_requests(running: Edges, sent: bytes) -> None:
    assert_answer(running.send(sent), 400, "malformed-request", "HTTP/1.1")


def test_a_head_without_end(running: Edges) -> None:
    received = running.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 300_000)
    assert_answer(received, 400, "malformed-request", "2000")


def test_a_body_that_breaks_off_in_the_middle(running: Edges) -> None:
    head = b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert_answer(running.send(head, b"5\r\n12345\r\n", b"no number\r\n"), 400, "malformed-request")


def test_a_head_that_does_not_come_in_time(running: Edges) -> None:
    assert_answer(running.send(b"GET / HT"), 408, "upload-too-slow", "0.5 s", "8 bytes")


def test_a_head_that_comes_drop_by_drop(running: Edges) -> None:
    started = time.monotonic()
    with socket.create_connection(running.address, 30) as connection:
        connection.settimeout(0.05)
        received = b""
        for letter in b"GET / HTTP/1.1\r\nX: " + b"x" * 1000:
            connection.send(bytes([letter]))
            try:
                received = connection.recv(65_536)
                break
            except TimeoutError:
                continue
        connection.settimeout(30)
        while more := connection.recv(65_536):
            received += more
    assert_answer(received, 408, "upload-too-slow")
    assert time.monotonic() - started < 10


def test_a_connection_that_says_nothing_is_closed(running: Edges) -> None:
    assert running.send() == b""


def test_the_next_head_of_a_connection_has_its_own_time(running: Edges) -> None:
    with socket.create_connection(running.address, 30) as connection:
        for _ in range(2):
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            received = b""
            while not received.endswith(b'"live"'):
                received += connection.recv(65_536)
            assert received.startswith(b"HTTP/1.1 200")
            running.clock.skip(0.7)  # longer than a head may take: the pause between requests does not count
        connection.sendall(b"GET /")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 408")


def test_a_body_may_take_longer_than_a_head(running: Edges) -> None:
    head = b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n1"
    with socket.create_connection(running.address, 30) as connection:
        connection.sendall(head)
        wait_for(lambda: running.backend.admission.in_flight)
        running.clock.skip(0.8)
        connection.sendall(b"2")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def test_a_client_that_takes_nothing_of_the_answer_for_a_minute_is_cut_off() -> None:
    with edges() as running, socket.create_connection(running.address, 30) as connection:
        connections = running.server.server_state.connections
        connection.sendall(b"GET /v1/large HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_for(lambda: any(isinstance(one, StrictProtocol) and one.flow.write_paused for one in connections))
        running.clock.skip(59)
        assert connections
        running.clock.skip(2)
        wait_for(lambda: not connections)


KEY = b"Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16))
VERSION = b"Sec-WebSocket-Version: 13"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        (VERSION, "Sec-WebSocket-Key"),
        (b"%s\r\nSec-WebSocket-Key: short" % VERSION, "Sec-WebSocket-Key"),
        (b"%s\r\n%s\r\n%s" % (VERSION, KEY, KEY), "Sec-WebSocket-Key"),
        (KEY, "Sec-WebSocket-Version"),
        (b"%s\r\n%s\r\n%s" % (KEY, VERSION, b"\r\n".join(b"x: %d" % i for i in range(200))), "fields"),
    ],
)
def test_a_stream_that_does_not_begin_as_one(running: Edges, fields: bytes, word: str) -> None:
    assert_answer(running.send(UPGRADE % fields), 400, "malformed-request", word)


def test_a_head_that_is_longer_than_the_library_of_the_stream_takes() -> None:
    with edges() as running:
        received = running.send(UPGRADE % b"\r\n".join([KEY, VERSION, b"x: " + b"y" * 9000]))
    assert_answer(received, 400, "malformed-request", "8000")
