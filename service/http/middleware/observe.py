"""Measures every request and tells the observers once it is over."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.exchange import ANALYSES, UNMATCHED, Exchange, Observer, key_name_of, request_id_of
from service.workers.job import Facts

_GONE = 499
_SWITCHED = 101


class Observe:
    def __init__(self, app: ASGIApp, observers: Sequence[Observer]) -> None:
        self._app = app
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        tally = _Tally()

        async def counting_receive() -> Message:
            message = await receive()
            tally.came(message)
            return message

        async def counting_send(message: Message) -> None:
            tally.went(message)
            await send(message)

        analyses: list[Facts] = []
        token = ANALYSES.set(analyses)
        started = time.perf_counter()
        endings = [observer.begin(scope) for observer in self._observers]
        try:
            await self._app(scope, counting_receive, counting_send)
        finally:
            ANALYSES.reset(token)
            exchange = Exchange(
                method=scope.get("method", "WEBSOCKET"),
                route=getattr(scope.get("route"), "path", UNMATCHED),
                status=tally.status,
                seconds=time.perf_counter() - started,
                bytes_in=tally.bytes_in,
                bytes_out=tally.bytes_out,
                request_id=request_id_of(scope),
                key_name=key_name_of(scope),
                problem=scope["state"].get("problem"),
                facts=tuple(analyses),
            )
            for end in endings:
                end(exchange)


@dataclass(slots=True)
class _Tally:
    status: int = _GONE
    bytes_in: int = 0
    bytes_out: int = 0

    def came(self, message: Message) -> None:
        if message["type"] == "http.request":
            self.bytes_in += len(message.get("body", b""))
        elif message["type"] == "websocket.receive":
            self.bytes_in += _length(message)

    def went(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start" | "websocket.http.response.start":
                self.status = message["status"]
            case "websocket.accept":
                self.status = _SWITCHED
            case "http.response.body" | "websocket.http.response.body":
                self.bytes_out += len(message.get("body", b""))
            case "websocket.send":
                self.bytes_out += _length(message)


def _length(message: Message) -> int:
    return len(message.get("bytes") or message.get("text") or "")
