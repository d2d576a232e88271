"""The server: starts the app, listens, and shuts down gracefully."""

import asyncio
import logging
import math
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.http.admission import Admission
from service.http.app import create_app
from service.http.logs import configure_logging
from service.http.server_settings import MEBIBYTE, ServerSettings
from service.http.sockets import address_of, bind, cannot_listen
from service.http.uvicorn_protocols import StreamProtocol, strict_protocol

_LOG = logging.getLogger(__name__)
_KEEP_ALIVE_SECONDS = 15
_LONGEST_MESSAGE_BYTES = MEBIBYTE
"""Limit for a live stream: six seconds of stereo sound at 44.1 kHz."""
_LOOK_EVERY_SECONDS = 0.1


def serve(settings: ServerSettings) -> bool:
    """Serves until a signal stops it; returns False if a second one cut the shutdown short.

    Raises InvalidSettings, ModelError."""
    configure_logging(settings.log_level)
    app = create_app(settings)
    sockets = bind(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="asyncio",
        http=strict_protocol(settings.max_header_seconds),
        h11_max_incomplete_event_size=settings.max_header_bytes,
        ws=StreamProtocol,
        ws_max_size=_LONGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # sound does not deflate
        lifespan="off",  # GracefulServer does it, since uvicorn would not say why it failed
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    server = GracefulServer(config, app, settings)
    server.run(sockets)
    return not server.force_exit


class GracefulServer(uvicorn.Server):
    """uvicorn's server, which also runs the app's lifespan, and drains before it stops."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, settings: ServerSettings) -> None:
        super().__init__(config)
        self._app = app
        self._admission: Admission = app.state.backend.admission
        self._drain_delay_seconds = settings.drain_delay_seconds
        self._drain_seconds = settings.drain_seconds
        self._running = AsyncExitStack()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the form of a signal handler
        """uvicorn would end by the signal that it got; who asks for a stop wants to see exit status 0."""
        if self.should_exit:
            self.force_exit = self.force_exit or sig == signal.SIGINT
            return
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        await self._running.enter_async_context(self._app.router.lifespan_context(self._app))
        try:
            await super().startup(sockets)
        except BaseException as error:
            await self._running.aclose()
            if isinstance(error, OSError):  # two that start at the same time can both bind, but not both listen
                raise cannot_listen(self.config.host, self.config.port, error) from None
            raise
        for one in sockets:
            _LOG.info("listening", extra={"address": address_of(one)})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _LOG.info("draining", extra={"in_flight": self._admission.in_flight})
        self._admission.drain()
        await self._while_lasting(self._drain_delay_seconds, lambda: True)
        started = time.monotonic()
        for server in self.servers:
            server.close()
        await self._while_lasting(self._drain_seconds, self._has_streams)  # uvicorn would cut them off
        left = self._drain_seconds - (time.monotonic() - started)
        self.config.timeout_graceful_shutdown = max(1, math.ceil(left))
        await super().shutdown(sockets)
        await self._running.aclose()
        _LOG.info("stopped")

    async def _while_lasting(self, seconds: float, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while condition() and time.monotonic() < until and not self.force_exit:
            await self.on_tick(0)  # keeps the date of the answers right
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _has_streams(self) -> bool:
        return any(isinstance(one, StreamProtocol) for one in self.server_state.connections)
