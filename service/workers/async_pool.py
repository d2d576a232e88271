"""Worker processes for a server: jobs wait in a queue, live streams get a process each, the event loop never blocks."""

import asyncio
import math
import os
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import BinaryIO

from service.errors import Draining, EarmarkError, NoWorkers, QueueFull, WorkerCrashed
from service.settings import Settings
from service.types import Progress, Report
from service.workers.messages import Job, LiveJob, Piece, WorkerConfig, WorkerMessage, Written
from service.workers.process import WorkerProcess
from service.workers.supervisor import GRACE_SECONDS, RETRY_SECONDS, Assignment, Supervisor

NICENESS = 5
"""The server answers health checks first, however much there is to analyse."""
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0
"""Between two attempts to start a worker that could not be started; each pause is twice the last."""
LONGEST_RETRY_SECONDS = 60
"""How long the queue will be later than that, nobody can say."""
FIRST_GUESS_SECONDS = 1.0
"""How long a job takes, before any was done."""
WEIGHT_OF_THE_LAST = 0.2
"""In the running mean of how long a job takes."""
LIVE_RETRY_SECONDS = 10
"""A guess: streams last as long as they last."""
AHEAD_BYTES = 64 * 1024
"""Most live sound on its way to the worker: two seconds of 16 kHz mono; the system takes about twice that."""


class AsyncWorkerPool:
    """`size` workers, the queue of jobs that wait for one, and the live streams.

    Belongs to the event loop in which `start` is called."""

    def __init__(
        self,
        settings: Settings,
        size: int,
        *,
        memory_bytes: int,
        max_queue_seconds: float,
        max_live: int = 0,
        grace_seconds: float = GRACE_SECONDS,
        start_process: Callable[[WorkerConfig], WorkerProcess] = WorkerProcess,
    ) -> None:
        self.size = size
        self._limit_seconds = settings.max_analysis_seconds
        config = WorkerConfig(settings, NICENESS, memory_bytes)
        self._supervise = partial(Supervisor, config, grace_seconds=grace_seconds, start_process=start_process)
        self._max_queue_seconds = max_queue_seconds
        self._max_live = max_live
        self._supervisors: list[Supervisor] = []
        self._loaded: set[Supervisor] = set()
        self._idle: list[Supervisor] = []
        self._failures: dict[Supervisor, EarmarkError] = {}
        self._pauses: dict[Supervisor, float] = {}
        self._queue: dict[Assignment, asyncio.TimerHandle] = {}
        """First in, first out; each with the timer that ends its wait."""
        self._started_at: dict[Supervisor, float] = {}
        self._usual_seconds = FIRST_GUESS_SECONDS
        self._sessions: set[LiveSession] = set()
        self._is_stopping = False

    @property
    def ready(self) -> int:
        """Workers whose models are loaded."""
        return len(self._loaded)

    @property
    def busy(self) -> int:
        """Workers that have a job."""
        return sum(1 for one in self._supervisors if one.current)

    @property
    def waiting(self) -> int:
        """Jobs that wait for a worker."""
        return len(self._queue)

    @property
    def live_streams(self) -> int:
        """Each with a process of its own."""
        return len(self._sessions)

    @property
    def pids(self) -> list[int]:
        """Processes of the workers, without those of streams."""
        return [pid for one in self._supervisors if (pid := one.pid)]

    @property
    def restarts(self) -> int:
        """Processes that were started in the place of another one."""
        return sum(max(0, one.starts - 1) for one in self._supervisors)

    @property
    def failure(self) -> EarmarkError | None:
        """Why a worker cannot be started at the moment."""
        return next(iter(self._failures.values()), None)

    async def start(self) -> None:
        """Returns when every worker is ready. Raises the reason if one cannot start, ModelError above all."""
        self._loop = asyncio.get_running_loop()
        self._all_ready: asyncio.Future[None] = self._loop.create_future()
        self._all_ended: asyncio.Future[None] = self._loop.create_future()
        self._supervisors = [
            self._supervise(
                self._loop.call_soon_threadsafe,
                on_ready=self._on_ready,
                on_gone=self._on_gone,
                on_ended=self._on_ended,
            )
            for _ in range(self.size)
        ]
        for supervisor in self._supervisors:
            supervisor.begin()
        try:
            await self._all_ready
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends all processes. A caller that still waits for an answer gets an error."""
        self._is_stopping = True
        for assignment in list(self._queue):
            self._refuse(assignment, _draining())
        for supervisor in self._supervisors:
            supervisor.end()
        ended = [asyncio.shield(self._all_ended)] if self._supervisors else []
        await asyncio.gather(*ended, *(session.close() for session in self._sessions))

    async def run(self, job: Job, file: BinaryIO | None = None) -> AsyncGenerator[Progress | Piece | Report | Written]:
        """What the worker says of the job; last comes the answer. Raises EarmarkError in its place.

        `file` is what a job without a path is about, and may be closed as soon as the first item is asked for.
        Closing the generator, or cancelling the task that waits for it, cancels the job in the background."""
        inbox = Inbox()
        descriptor = None if file is None else os.dup(file.fileno())
        assignment = Assignment(job, inbox.put, descriptor, self._limit_seconds)
        self._enqueue(assignment)
        try:
            async for message in inbox.messages():
                yield message
        finally:
            if not inbox.is_answered:
                self._withdraw(assignment)

    @asynccontextmanager
    async def live(self, job: LiveJob) -> AsyncIterator["LiveSession"]:
        """A process of its own, which ends with the block. Raises QueueFull if there are `max_live` already."""
        if self._is_stopping:
            raise _draining()
        if len(self._sessions) >= self._max_live:
            raise QueueFull(
                f"{self._max_live} live streams are possible at once, and all are taken.",
                retry_after_seconds=LIVE_RETRY_SECONDS,
            )
        session = LiveSession(self._supervise)
        self._sessions.add(session)
        try:
            await session.open(job)
            yield session
        finally:
            try:
                await session.close()
            finally:
                self._sessions.discard(session)

    def _enqueue(self, assignment: Assignment) -> None:
        """Puts the job at the end of the queue. In any case it gets its one answer."""
        self._queue[assignment] = self._loop.call_later(self._max_queue_seconds, self._expire, assignment)
        self._work_off()

    def _withdraw(self, assignment: Assignment) -> None:
        """Nobody waits for this any more: takes it out of the queue, or cancels it."""
        if assignment in self._queue:
            self._dequeue(assignment)
            assignment.drop()
        for supervisor in self._supervisors:
            supervisor.stop(assignment)

    def _work_off(self) -> None:
        """Gives waiting jobs to idle workers, or refuses them if there will be no worker."""
        while self._queue and self._idle and not self._is_stopping:
            assignment = next(iter(self._queue))
            self._dequeue(assignment)
            supervisor = self._idle.pop()
            self._started_at[supervisor] = time.monotonic()
            supervisor.assign(assignment)
        if self._is_stopping or len(self._failures) == self.size:
            for assignment in list(self._queue):
                self._refuse(assignment, _draining() if self._is_stopping else self._no_workers())

    def _expire(self, assignment: Assignment) -> None:
        ahead = len(self._queue)
        seconds = math.ceil(self._usual_seconds * ahead / self.size)
        self._refuse(
            assignment,
            QueueFull(
                f"No worker was free within {self._max_queue_seconds:g} s; {ahead} were waiting. "
                "Send it again a little later.",
                retry_after_seconds=min(LONGEST_RETRY_SECONDS, max(1, seconds)),
            ),
        )

    def _refuse(self, assignment: Assignment, reason: EarmarkError) -> None:
        self._dequeue(assignment)
        assignment.drop()
        assignment.hear(reason)

    def _dequeue(self, assignment: Assignment) -> None:
        self._queue.pop(assignment).cancel()

    def _no_workers(self) -> NoWorkers:
        reason = self.failure
        assert reason
        return NoWorkers(f"No worker can be started. {reason.detail}", retry_after_seconds=RETRY_SECONDS)

    def _on_ready(self, supervisor: Supervisor) -> None:
        started_at = self._started_at.pop(supervisor, None)
        if started_at is not None:
            took = time.monotonic() - started_at
            self._usual_seconds += WEIGHT_OF_THE_LAST * (took - self._usual_seconds)
        self._failures.pop(supervisor, None)
        self._pauses.pop(supervisor, None)
        self._loaded.add(supervisor)
        self._idle.append(supervisor)
        if len(self._loaded) == self.size and not self._all_ready.done():
            self._all_ready.set_result(None)
        self._work_off()

    def _on_gone(self, supervisor: Supervisor, reason: EarmarkError | None) -> None:
        self._started_at.pop(supervisor, None)
        self._loaded.discard(supervisor)
        if supervisor in self._idle:
            self._idle.remove(supervisor)
        if self._is_stopping:
            return
        if reason is None:
            supervisor.begin()
            return
        self._failures[supervisor] = reason
        pause = self._pauses.get(supervisor, FIRST_PAUSE_SECONDS)
        self._pauses[supervisor] = min(LONGEST_PAUSE_SECONDS, 2 * pause)
        self._loop.call_later(pause, supervisor.begin)
        if not self._all_ready.done():
            self._all_ready.set_exception(reason)
        self._work_off()

    def _on_ended(self, supervisor: Supervisor) -> None:
        supervisor.join()  # it is at its last line
        self._supervisors.remove(supervisor)
        if not self._supervisors:
            self._all_ended.set_result(None)


def _draining() -> Draining:
    return Draining("The service is about to stop.", retry_after_seconds=RETRY_SECONDS)


class LiveSession:
    """A live stream and the worker process that listens to it alone. Made by AsyncWorkerPool.live.

    One task pushes, and another one reads the messages."""

    def __init__(self, supervise: Callable[..., Supervisor]) -> None:
        loop = asyncio.get_running_loop()
        self._inbox = Inbox()
        self._writer: asyncio.StreamWriter | None = None
        self._ready: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._supervisor = supervise(
            loop.call_soon_threadsafe,
            on_ready=self._on_ready,
            on_gone=self._on_gone,
            on_ended=self._on_ended,
        )

    @property
    def pid(self) -> int | None:
        """Id of its process, while there is one."""
        return self._supervisor.pid

    async def open(self, job: LiveJob) -> None:
        """Returns when the worker listens. Raises the reason if it cannot start, ModelError above all."""
        self._supervisor.begin()
        await self._ready
        ours, theirs = socket.socketpair()
        with theirs:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD_BYTES)
            _, self._writer = await asyncio.open_connection(sock=ours)
            self._writer.transport.set_write_buffer_limits(0)
            self._supervisor.assign(Assignment(job, self._inbox.put, theirs.detach()))

    async def push(self, data: bytes) -> None:
        """Waits while the worker is behind. Does nothing once there is an answer: `messages` gives it."""
        assert self._writer
        if not self._writer.is_closing():
            self._writer.write(data)
            with suppress(ConnectionError):
                await self._writer.drain()

    async def finish(self) -> None:
        """Ends the sound: the rest of the chunks and the summary follow."""
        assert self._writer
        if not self._writer.is_closing():
            self._writer.write_eof()

    async def messages(self) -> AsyncIterator[Piece | Written]:
        """Chunks, each as soon as it was heard, and the summary. Raises the error that took its place."""
        async for message in self._inbox.messages():
            assert isinstance(message, Piece | Written)
            yield message

    async def close(self) -> None:
        """Ends the process, whatever it does. A task that still reads the messages gets an error."""
        if self._writer:
            self._writer.transport.abort()
        self._supervisor.end()
        await asyncio.shield(self._ended)

    def _on_ready(self, _supervisor: Supervisor) -> None:
        if not self._ready.done():
            self._ready.set_result(None)

    def _on_gone(self, _supervisor: Supervisor, reason: EarmarkError | None) -> None:
        if not self._ready.done():
            self._ready.set_exception(reason or WorkerCrashed("The worker of this stream died."))

    def _on_ended(self, supervisor: Supervisor) -> None:
        supervisor.join()  # it is at its last line
        self._ended.set_result(None)


class Inbox:
    """What comes of one job. It has no bound: an answer has one, and a worker must not wait for a slow reader."""

    def __init__(self) -> None:
        self.is_answered = False
        """Whether the answer was read."""
        self._queue: asyncio.Queue[WorkerMessage] = asyncio.Queue()
        self.put = self._queue.put_nowait

    async def messages(self) -> AsyncGenerator[Progress | Piece | Report | Written]:
        """Up to the answer, which is raised if it is an error."""
        while not self.is_answered:
            message = await self._queue.get()
            self.is_answered = not isinstance(message, Progress | Piece)
            if isinstance(message, EarmarkError):
                raise message
            yield message
