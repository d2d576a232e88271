"""Worker processes that may be killed: a crash or a hang in a native library costs one file, not the others."""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from service.errors import DeadlineExceeded, EarmarkError, WorkerCrashed
from service.job import Job, Message
from service.settings import Settings
from service.types import Progress, Report

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
        self._is_closed = False
        self._workers = [self._start() for _ in range(size)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
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
        try:
            while waiting or any(worker.job for worker in self._workers):
                self._give_out(waiting)
                by_connection = {worker.connection: worker for worker in self._workers}
                for connection in wait(list(by_connection), POLL_SECONDS):
                    assert isinstance(connection, Connection)
                    worker = by_connection[connection]
                    job, message = worker.job, self._receive(worker)
                    if isinstance(message, Progress):
                        if job and on_progress:
                            on_progress(job, message)
                    elif job and message:
                        yield job, message
                yield from self._overdue()
        finally:
            for worker in [worker for worker in self._workers if worker.job]:
                self._replace(worker)  # nobody waits for its answer any more

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self._settings), daemon=True)
        with _interrupts_held_back():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _give_out(self, waiting: deque[Job]) -> None:
        for worker in list(self._workers):
            if waiting and worker.ready and worker.job is None:
                try:
                    worker.connection.send(waiting[0])
                except OSError:  # it died while it had nothing to do
                    self._replace(worker)
                else:
                    worker.job, worker.started = waiting.popleft(), time.monotonic()

    def _receive(self, worker: _Worker) -> Message | None:
        """The next message; None if it only says that the worker is ready, or was found dead without a job."""
        try:
            message: Message | None = worker.connection.recv()
        except (EOFError, OSError):
            return self._died(worker)
        if message is None:
            worker.ready = True
        elif not worker.ready:
            assert isinstance(message, EarmarkError)
            raise message
        elif not isinstance(message, Progress):
            worker.job = None
        return message

    def _died(self, worker: _Worker) -> EarmarkError | None:
        had_a_job = worker.job is not None
        worker.job = None
        code = self._replace(worker)
        if not worker.ready:
            raise WorkerCrashed(f"A worker process died while it loaded the models (exit status {code}).")
        if not had_a_job:
            return None
        return WorkerCrashed(f"The process that decoded this file died (exit status {code}). Others are unaffected.")

    def _overdue(self) -> Iterator[tuple[Job, EarmarkError]]:
        limit = self._settings.max_analysis_seconds
        for worker in list(self._workers):
            if worker.job and time.monotonic() - worker.started > limit + GRACE_SECONDS:
                self._replace(worker)
                yield worker.job, DeadlineExceeded(f"The analysis did not end within {limit:g} s and was killed.")

    def _replace(self, worker: _Worker) -> int | None:
        """Ends the worker, whatever it does, and puts a new one into its place. Returns its exit status."""
        worker.connection.close()
        worker.process.kill()
        worker.process.join()
        if not self._is_closed:
            self._workers[self._workers.index(worker)] = self._start()
        return worker.process.exitcode


def _work(connection: Connection, settings: Settings) -> None:
    from service.worker import work  # noqa: PLC0415 - only in the child, where the fork server has imported it

    work(connection, settings)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """What is started in here is not interrupted by Ctrl-C, which reaches the whole group, while it imports."""
    resource_tracker.ensure_running()  # started later, by multiprocessing itself, it would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
