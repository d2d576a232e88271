"""Worker processes that may be killed: a crash or a hang in a native library costs one file, not the others."""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from service.errors import DeadlineExceeded, EarmarkError, WorkerCrashed
from service.settings import Settings
from service.types import Progress, Report
from service.worker import Job, Message, work

GRACE_SECONDS = 5.0
"""A worker stops by itself at the deadline; one that has not by then hangs in native code and is killed."""
STOP_SECONDS = 2.0
POLL_SECONDS = 0.5


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    job: Job | None = None
    started: float = 0.0
    ready: bool = False


class WorkerPool:
    """`size` processes with an engine each. Use as a context manager: leaving it ends the processes."""

    def __init__(self, settings: Settings, size: int) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["service.worker"])
        self._workers = [self._start() for _ in range(size)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            if kind is not None:
                worker.process.terminate()
            worker.process.join(STOP_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def results(
        self, jobs: Iterable[Job], on_progress: Callable[[Job, Progress], None] | None = None
    ) -> Iterator[tuple[Job, Report | EarmarkError]]:
        """Every job with its answer, as they are ready. Raises ModelError if the models cannot be loaded."""
        waiting = deque(jobs)
        while waiting or any(worker.job for worker in self._workers):
            for worker in self._workers:
                if waiting and worker.ready and worker.job is None:
                    self._give(worker, waiting.popleft())
            by_connection = {worker.connection: worker for worker in self._workers}
            for connection in wait(list(by_connection), POLL_SECONDS):
                assert isinstance(connection, Connection)
                worker = by_connection[connection]
                job = worker.job
                answer = self._receive(worker)
                if isinstance(answer, Progress):
                    if on_progress and job:
                        on_progress(job, answer)
                elif answer is not None:
                    assert job
                    yield job, answer
            yield from self._overdue()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(theirs, self._settings), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _give(self, worker: _Worker, job: Job) -> None:
        worker.job, worker.started = job, time.monotonic()
        worker.connection.send(job)

    def _receive(self, worker: _Worker) -> Message | None:
        """The next message, or None if it only says that the worker is ready."""
        try:
            message: Message | None = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            return self._crashed(worker)
        if message is None:
            worker.ready = True
            return None
        if not worker.ready:
            assert isinstance(message, EarmarkError)
            raise message
        if not isinstance(message, Progress):
            worker.job = None
        return message

    def _crashed(self, worker: _Worker) -> EarmarkError:
        worker.process.join()
        code = worker.process.exitcode
        if worker.job is None:
            raise WorkerCrashed(f"A worker died before it had anything to do (exit status {code}).")
        self._replace(worker)
        return WorkerCrashed(
            f"The process that decoded this file died (exit status {code}). Other files are unaffected."
        )

    def _overdue(self) -> Iterator[tuple[Job, EarmarkError]]:
        limit = self._settings.max_analysis_seconds
        for worker in list(self._workers):
            if worker.job and time.monotonic() - worker.started > limit + GRACE_SECONDS:
                job = worker.job
                worker.process.kill()
                worker.process.join()
                self._replace(worker)
                yield job, DeadlineExceeded(f"The analysis did not end within {limit:g} s and was killed.")

    def _replace(self, worker: _Worker) -> None:
        worker.connection.close()
        self._workers[self._workers.index(worker)] = self._start()
