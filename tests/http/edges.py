"""The edges of the server around an app of a few routes that do what a test needs, over a real socket."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any, cast

import httpx
import uvicorn
from fastapi import FastAPI, Query, Request, WebSocket
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from service.errors import DeadlineExceeded, WorkerCrashed
from service.http.app import add_middleware
from service.http.backend import Backend
from service.http.graceful_server import GracefulServer
from service.http.observe import note_facts
from service.http.problems import add_problem_handlers
from service.http.server_settings import ServerSettings
from service.http.sockets import address_of, bind
from service.http.uvicorn_protocols import StreamProtocol, strict_protocol
from service.workers.async_pool import AsyncWorkerPool
from service.workers.messages import Facts
from tests.http.held_clock import HeldClock

WORKERS = SimpleNamespace(size=2, ready=2, busy=1, waiting=3, live_streams=0, restarts=4)
FACTS = Facts("wav", 10.0, 4, {"decode": 0.01, "models": 0.03})
UNTOLD = "the path /srv/secret and the words of an exception"


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hop_seconds: float = 3.0
    detail: str = "chunks"


@dataclass(frozen=True, slots=True)
class Edges:
    url: str
    address: tuple[str, int]
    backend: Backend
    server: GracefulServer
    clock: HeldClock

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, **options)

    def send(self, *pieces: bytes, timeout: float = 30) -> bytes:
        """All that comes back, until the server closes; b"" at once if nothing does."""
        with socket.create_connection(self.address, timeout) as connection:
            for piece in pieces:
                connection.sendall(piece)
            received = b""
            while more := connection.recv(65_536):
                received += more
            return received


@contextmanager
def edges(**chosen: Any) -> Iterator[Edges]:
    """Settings as they are but for those `chosen`."""
    settings = ServerSettings.read(host="127.0.0.1", port=0, **chosen)
    backend = Backend.of(settings, cast(AsyncWorkerPool, WORKERS))
    (bound,) = bind(settings.host, 0)
    protocol = strict_protocol(settings.max_header_seconds)
    config = uvicorn.Config(
        _app(backend),
        http=protocol,
        h11_max_incomplete_event_size=settings.max_header_bytes,
        ws=StreamProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = GracefulServer(config, config.app, settings)  # type: ignore[arg-type]
    clock = HeldClock()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: clock) as runner:
            runner.run(server.serve([bound]))

    thread = threading.Thread(target=run, daemon=True)
    address = bound.getsockname()
    url = address_of(bound)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield Edges(url, address, backend, server, clock)
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()
        assert not thread.is_alive()


def _app(backend: Backend) -> FastAPI:  # noqa: C901 - a route is a function
    app = FastAPI(docs_url=None, openapi_url=None)
    app.state.backend = backend

    @app.get("/health/live")
    async def live() -> str:
        return "live"

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse("<p>hello</p>")

    @app.get("/v1/models/{name}")
    async def model(name: str) -> str:
        return name

    @app.get("/v1/wanted")
    async def wanted(query: Annotated[Wanted, Query()]) -> Wanted:
        return query

    @app.get("/v1/crash")
    async def crash() -> None:
        raise WorkerCrashed("A worker process died.")

    @app.get("/v1/late")
    async def late() -> None:
        raise DeadlineExceeded("It took too long.", retry_after_seconds=7)

    @app.get("/v1/unexpected")
    async def unexpected() -> None:
        raise RuntimeError(UNTOLD)

    @app.get("/v1/broken")
    async def broken() -> Response:
        async def pieces() -> Any:
            yield b"begun"
            raise RuntimeError(UNTOLD)

        return StreamingResponse(pieces())

    @app.get("/v1/slow")
    async def slow() -> str:
        await asyncio.sleep(60)
        return "through"

    @app.get("/v1/large")
    async def large() -> Response:
        return StreamingResponse(iter([bytes(1024 * 1024)] * 100))

    @app.post("/v1/classify")
    async def classify(request: Request) -> Any:
        with backend.admission.admit():
            size = 0
            async for piece in request.stream():
                size += len(piece)
            await asyncio.sleep(float(request.query_params.get("seconds", 0)))
            note_facts(FACTS)
            return size

    @app.post("/v1/refused")
    async def refused() -> None:
        raise WorkerCrashed("Refused before the body was read.")

    @app.websocket("/v1/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        while not backend.admission.draining:
            await asyncio.sleep(0.005)
        await socket.send_text("what was heard")
        await socket.close(1012)

    add_problem_handlers(app)
    add_middleware(app, backend)
    return app
