"""An answer that comes before the upload is through reaches the client all the same."""

import asyncio
import time

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from service.http.middleware.lingering import Lingering
from tests.http.edges import edges

HEAD = b"POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n"
MEGABYTE = bytes(1024 * 1024)


@pytest.mark.parametrize("length", [b"Content-Length: 3145728", b"Transfer-Encoding: chunked"])
def test_a_client_that_sends_all_before_it_reads_gets_its_answer(length: bytes) -> None:
    with edges() as running:
        pieces = [MEGABYTE] * 3
        if b"chunked" in length:
            pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]
        received = running.send(HEAD % (b"/v1/refused", length), *pieces)
    assert received.startswith(b"HTTP/1.1 500")
    assert b"Refused before the body was read." in received
    assert b"connection: close" in received.lower()


def test_a_body_that_is_too_large_by_its_length_is_answered_while_it_comes() -> None:
    with edges(max_body_bytes=1000) as running:
        received = running.send(HEAD % (b"/v1/classify", b"Content-Length: 3145728"), *[MEGABYTE] * 3)
    assert received.startswith(b"HTTP/1.1 413")


def test_a_client_that_sends_nothing_more_is_not_waited_for_long() -> None:
    with edges() as running:
        started = time.monotonic()
        received = running.send(HEAD % (b"/v1/refused", b"Content-Length: 1000"))
        assert time.monotonic() - started < 10
    assert received.startswith(b"HTTP/1.1 500")


def test_a_client_that_waits_to_be_asked_is_answered_at_once_and_not_asked() -> None:
    with edges() as running:
        received = running.send(HEAD % (b"/v1/refused", b"Content-Length: 1000\r\nExpect: 100-continue"))
    assert received.startswith(b"HTTP/1.1 500")

    async def ask() -> Message:
        raise AssertionError("it was asked")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-length", b"1000"), (b"expect", b"100-continue")]
    scope = {"type": "http", "method": "POST", "headers": headers}
    asyncio.run(Lingering(PlainTextResponse("no"))(scope, ask, send))
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


def test_a_client_that_sends_for_ever_is_cut_off() -> None:
    with edges() as running, pytest.raises((ConnectionError, BrokenPipeError)):
        running.send(HEAD % (b"/v1/refused", b"Content-Length: 1073741824"), *[MEGABYTE] * 1024)


def test_what_is_thrown_away_is_bounded() -> None:
    """Time alone would let a fast client send for a second."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += len(MEGABYTE)
        return {"type": "http.request", "body": MEGABYTE, "more_body": True}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}
    asyncio.run(Lingering(PlainTextResponse("no"))(scope, receive, send))
    assert taken == 4 * len(MEGABYTE)
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


def test_a_body_that_was_read_keeps_the_connection() -> None:
    with edges() as running, running.client() as client:
        assert "connection" not in client.post("/v1/classify", content=b"12").headers
        assert "connection" not in client.get("/nowhere").headers
