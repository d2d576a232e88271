"""A live stream and the worker process of its own that listens to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

from service.errors import WorkerCrashed
from service.workers.attendant import Assignment, Attendant, Ended, Gone, Ready, Status
from service.workers.inbox import Inbox
from service.workers.job import LiveJob, Piece, Written
from service.workers.terms import WorkerTerms

AHEAD_BYTES = 64 * 1024
"""Of sound on its way to the worker: two seconds of 16 kHz mono; the system takes about twice of what it is asked."""


class LiveSession:
    """Made by AsyncWorkerPool.live. One task pushes, and another one reads the messages."""

    def __init__(self, terms: WorkerTerms) -> None:
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox()
        self._writer: asyncio.StreamWriter | None = None
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._attendant = Attendant(terms, self._tell)

    @property
    def pid(self) -> int | None:
        """Of its process, while there is one."""
        return self._attendant.pid

    async def open(self, job: LiveJob) -> None:
        """Returns when the worker listens. Raises ModelError and what else keeps it from starting."""
        self._attendant.begin()
        await self._ready
        ours, theirs = socket.socketpair()
        with theirs:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD_BYTES)
            _, self._writer = await asyncio.open_connection(sock=ours)
            self._writer.transport.set_write_buffer_limits(0)
            self._attendant.take(Assignment(job, self._inbox.put, theirs.detach()))

    async def push(self, data: bytes) -> None:
        """Waits while the worker is behind. Does nothing once there is an answer: `messages` tells which."""
        assert self._writer
        if not self._writer.is_closing():
            self._writer.write(data)
            with suppress(ConnectionError):
                await self._writer.drain()

    async def finish(self) -> None:
        """That was all: the rest of the chunks and the summary will come."""
        assert self._writer
        if not self._writer.is_closing():
            self._writer.write_eof()

    async def messages(self) -> AsyncIterator[Piece | Written]:
        """Chunks, each as soon as it was heard, and the summary. Raises the error that took its place."""
        async for message in self._inbox.messages():
            assert isinstance(message, Piece | Written)
            yield message

    async def close(self) -> None:
        """Ends the process, whatever it does. Whoever still reads the messages gets an error."""
        if self._writer:
            self._writer.transport.abort()
        self._attendant.end()
        await asyncio.shield(self._ended)

    def _tell(self, attendant: Attendant, status: Status) -> None:
        self._loop.call_soon_threadsafe(self._note, attendant, status)

    def _note(self, attendant: Attendant, status: Status) -> None:
        match status:
            case Ready():
                if not self._ready.done():
                    self._ready.set_result(None)
            case Gone(reason):
                if not self._ready.done():
                    self._ready.set_exception(reason or WorkerCrashed("The worker of this stream died."))
            case Ended():
                attendant.join()  # it is at its last line
                self._ended.set_result(None)
