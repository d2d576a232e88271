"""Lets a client read an answer that comes before its upload is complete.

Closing a connection while data still arrives resets it, and the answer may be lost on the way. So the whole answer is
sent, what arrives is discarded for a while, and only then the connection is closed.
"""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST_SECONDS = 1.0
_MOST_BYTES = 4 * 1024 * 1024
"""Both are enough for a client that reads; one that only sends is not worth more."""


class Lingering:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        is_early = False

        async def send_then_linger(message: Message) -> None:
            nonlocal is_early
            if message["type"] == "http.response.start" and not body.is_over:
                is_early = True
                MutableHeaders(scope=message)["Connection"] = "close"
            if not is_early or message["type"] != "http.response.body" or message.get("more_body", False):
                await send(message)
                return
            await send({**message, "more_body": True})
            if body.was_asked_for or not _waits_to_be_asked(Headers(scope=scope)):
                await body.drain()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, body.receive, send_then_linger)


class _Body:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_over = False
        self.was_asked_for = False

    async def receive(self) -> Message:
        self.was_asked_for = True
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self.is_over = True
        return message

    async def drain(self) -> None:
        left = _MOST_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_SECONDS):
                while not self.is_over and left > 0:
                    left -= len((await self.receive()).get("body", b""))


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _waits_to_be_asked(headers: Headers) -> bool:
    return headers.get("expect", "").lower() == "100-continue"
