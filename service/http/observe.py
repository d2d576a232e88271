"""One request and its answer, as logs, metrics and traces see it, and what routes note for them on the way."""

import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import EarmarkError
from service.workers.messages import Facts

UNMATCHED = "unmatched"
"""The route of requests for addresses that do not exist: raw paths are endless, and not ours to write down."""

_GONE = 499
_SWITCHED = 101

_ANALYSES: ContextVar[list[Facts] | None] = ContextVar("analyses", default=None)
"""Analyses of the request that is being served; its tasks share the list."""


@dataclass(frozen=True, slots=True)
class Exchange:
    method: str
    """GET, POST ...; WEBSOCKET for a live stream."""
    route: str
    """Template of the path, such as /v1/models/{name}."""
    status: int
    """499 if the client disconnected before there was an answer."""
    seconds: float
    bytes_in: int
    bytes_out: int
    request_id: str
    key_name: str | None
    problem: str | None
    """Slug of the problem that was answered, if any."""
    facts: tuple[Facts, ...]
    """Facts about the analyses that were done for it."""


class Observer(Protocol):
    def begin(self, scope: Scope) -> Callable[[Exchange], None]:
        """Called when a request begins. What it returns is called at the end."""
        ...


def request_id_of(scope: Scope) -> str:
    request_id: str = scope["state"]["request_id"]
    return request_id


def key_name_of(scope: Scope) -> str | None:
    """Whose key came with the headers of the request; None where no key is asked for, or none came."""
    name: str | None = scope["state"].get("key_name")
    return name


def note_key(scope: Scope, name: str) -> None:
    scope["state"]["key_name"] = name


def note_problem(scope: Scope, error: EarmarkError) -> None:
    """The problem that the request was answered with."""
    scope["state"]["problem"] = error.slug


def note_facts(facts: Facts) -> None:
    """Adds an analysis that was done for the request that is being served."""
    analyses = _ANALYSES.get()
    if analyses is not None:
        analyses.append(facts)


class Observe:
    """Measures every request, and notifies the observers at its end."""

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
        token = _ANALYSES.set(analyses)
        started = time.perf_counter()
        endings = [observer.begin(scope) for observer in self._observers]
        try:
            await self._app(scope, counting_receive, counting_send)
        finally:
            _ANALYSES.reset(token)
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
