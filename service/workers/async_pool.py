"""Worker processes for a server: whoever asks waits in line, and nothing ever blocks the event loop."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO

from service.errors import Draining, EarmarkError, QueueFull
from service.settings import Settings
from service.types import Progress, Report
from service.workers.attendant import RETRY_SECONDS, Assignment
from service.workers.inbox import Inbox
from service.workers.job import Job, LiveJob, Piece, Written
from service.workers.live_session import LiveSession
from service.workers.roster import Roster
from service.workers.terms import WorkerTerms

__all__ = ["AsyncWorkerPool", "LiveSession"]

NICENESS = 5
"""The server answers health checks first, however much there is to listen to."""
LIVE_RETRY_SECONDS = 10
"""A guess: streams last as long as they last."""


class AsyncWorkerPool:
    """Belongs to the event loop in which `start` is called."""

    def __init__(
        self, settings: Settings, size: int, memory_bytes: int, max_queue_seconds: float, max_live: int
    ) -> None:
        self.size = size
        self._terms = WorkerTerms(settings, NICENESS, memory_bytes)
        self._roster = Roster(self._terms, size, max_queue_seconds)
        self._max_live = max_live
        self._sessions: set[LiveSession] = set()
        self._is_stopping = False

    @property
    def ready(self) -> int:
        """Workers whose models are loaded."""
        return self._roster.ready

    @property
    def busy(self) -> int:
        """Workers that have a job."""
        return self._roster.busy

    @property
    def waiting(self) -> int:
        """Jobs that wait for a worker."""
        return self._roster.waiting

    @property
    def live_streams(self) -> int:
        """Each with a process of its own."""
        return len(self._sessions)

    @property
    def pids(self) -> list[int]:
        """Processes of the workers, without those of streams."""
        return self._roster.pids

    @property
    def restarts(self) -> int:
        """Processes that were started in the place of another one."""
        return self._roster.restarts

    @property
    def failure(self) -> EarmarkError | None:
        """Why a worker cannot be started at the moment."""
        return self._roster.failure

    async def start(self) -> None:
        """Returns when every worker is ready. Raises what keeps one from it, ModelError above all."""
        await self._roster.start()

    async def stop(self) -> None:
        """Ends all processes. Whoever still waits for an answer gets an error."""
        self._is_stopping = True
        await asyncio.gather(self._roster.end(), *(session.close() for session in self._sessions))

    async def run(self, job: Job, file: BinaryIO | None = None) -> AsyncGenerator[Progress | Piece | Report | Written]:
        """What the worker says of the job; last comes the answer. Raises EarmarkError in its place.

        `file` is what a job without a path is about, and may be closed as soon as the first item is asked for.
        Closing the generator, or cancelling whoever waits for it, has the work given up in the background."""
        inbox = Inbox()
        descriptor = None if file is None else os.dup(file.fileno())
        assignment = Assignment(job, inbox.put, descriptor, self._terms.settings.max_analysis_seconds)
        self._roster.enlist(assignment)
        try:
            async for message in inbox.messages():
                yield message
        finally:
            if not inbox.is_answered:
                self._roster.withdraw(assignment)

    @asynccontextmanager
    async def live(self, job: LiveJob) -> AsyncIterator[LiveSession]:
        """A process of its own, which ends with the block. Raises QueueFull if there are `max_live` already."""
        if self._is_stopping:
            raise Draining("The service is about to stop.", retry_after_seconds=RETRY_SECONDS)
        if len(self._sessions) >= self._max_live:
            raise QueueFull(
                f"{self._max_live} live streams are possible at once, and all are taken.",
                retry_after_seconds=LIVE_RETRY_SECONDS,
            )
        session = LiveSession(self._terms)
        self._sessions.add(session)
        try:
            await session.open(job)
            yield session
        finally:
            try:
                await session.close()
            finally:
                self._sessions.discard(session)
