"""A server that receives uploads and says what it got. As a program of its own, it prints its port."""

import asyncio
import hashlib
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.errors import EarmarkError
from service.http.disconnect import ClientDisconnected
from service.http.server_settings import ServerSettings
from service.http.upload.receive import Upload, receive_uploads


@dataclass(frozen=True, slots=True)
class Receiver:
    address: tuple[str, int]
    gone: threading.Event
    """Set when a client has hung up."""

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}/"


def described(upload: Upload) -> dict[str, Any]:
    digest = hashlib.sha256()
    while piece := upload.file.read(1_000_000):
        digest.update(piece)
    return {
        "name": upload.name,
        "size": upload.size,
        "sha256": digest.hexdigest(),
        "problem": upload.problem and upload.problem.detail,
    }


def receiving(settings: ServerSettings, gone: threading.Event) -> Starlette:
    async def receive(request: Request) -> Response:
        try:
            async with receive_uploads(request, settings) as uploads:
                return JSONResponse([await asyncio.to_thread(described, upload) for upload in uploads])
        except EarmarkError as error:
            return JSONResponse(error.problem(), error.status)
        except ClientDisconnected:
            gone.set()
            return Response()

    return Starlette(routes=[Route("/", receive, methods=["POST"])])


def server_for(settings: ServerSettings, gone: threading.Event) -> uvicorn.Server:
    app = receiving(settings, gone)
    return uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, http="h11", lifespan="off"))


@contextmanager
def receiver(**settings: Any) -> Iterator[Receiver]:
    """In a thread. Connections wait from the first moment: the socket listens before the server runs."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = server_for(ServerSettings(**settings), gone)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Receiver(listener.getsockname(), gone)
        finally:
            server.should_exit = True
            thread.join(60)
            assert not thread.is_alive()


def main(settings: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = server_for(ServerSettings(**json.loads(settings)), threading.Event())
        print(listener.getsockname()[1], flush=True)  # noqa: T201 - for the test that started us
        server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
