"""A worker process and its connection, as the parent holds them."""

import atexit
import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

from service.workers.job import STOP, Job, LiveJob, Message
from service.workers.terms import WorkerTerms

END_SECONDS = 2.0
"""A process that was killed, or whose connection broke, is gone after milliseconds."""

_CHILDREN = threading.Lock()
"""The list that multiprocessing keeps of its children is not made for threads."""


class WorkerProcess:
    """Starts at once. One thread receives, any may kill; senders take turns."""

    def __init__(self, terms: WorkerTerms) -> None:
        """Raises OSError if the system gives no process."""
        context = multiprocessing.get_context("forkserver")
        with _CHILDREN, _interrupts_held_back():
            context.set_forkserver_preload(["service.workers.inside"])
            self._connection, theirs = context.Pipe()
            self._process = context.Process(target=_work, args=(theirs, terms), daemon=True)
            with theirs:
                self._process.start()
        assert self._process.pid
        self.pid = self._process.pid
        self._ending = threading.Lock()
        self._has_ended = False
        atexit.register(self.kill)  # before multiprocessing's own, which asks by SIGTERM, and waits

    def send(self, job: Job | LiveJob, descriptor: int | None) -> None:
        """The job, and the descriptor that it needs if it names no path. Raises OSError if the process is gone."""
        self._connection.send(job)
        if descriptor is not None:
            send_handle(self._connection, descriptor, self.pid)

    def receive(self) -> Message | None:
        """Waits for the next message. Raises EOFError or OSError if the process is gone."""
        message: Message | None = self._connection.recv()
        return message

    def stop(self) -> None:
        """Asks for an end of the job under way. Never waits: there is always room for a message that small."""
        with suppress(OSError):  # it is gone already
            self._connection.send(STOP)

    def is_gone(self) -> bool:
        """Whether a process that has nothing to say has ended."""
        return self._connection.poll()

    def kill(self) -> None:
        with self._ending:
            if not self._has_ended:
                self._process.kill()

    def end(self, patience_seconds: float = 0.0) -> int | None:
        """Waits so long for the process to end by itself, then kills it. Returns its exit status, if it has one."""
        with _CHILDREN:
            if patience_seconds:
                self._process.join(patience_seconds)
            self.kill()
            self._process.join(END_SECONDS)
        status = self._process.exitcode
        with self._ending:
            self._has_ended = status is not None
            if self._has_ended:
                self._process.close()
        self._connection.close()
        atexit.unregister(self.kill)
        return status


def _work(connection: Connection, terms: WorkerTerms) -> None:
    from service.workers.inside import work  # noqa: PLC0415 - only in the child, where the fork server has imported it

    work(connection, terms)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """What is started in here is not interrupted by Ctrl-C, which reaches the whole group, while it imports."""
    resource_tracker.ensure_running()  # started later, by multiprocessing itself, it would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
