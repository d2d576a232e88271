"""A worker process and the connection to it, as the parent holds them."""

import atexit
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

from service.workers.messages import STOP, Job, LiveJob, WorkerConfig, WorkerMessage

END_SECONDS = 2.0
"""A process that was killed, or whose connection broke, is gone after milliseconds."""

_CHILDREN = threading.Lock()
"""The list that multiprocessing keeps of its children is not made for threads."""


class WorkerProcess:
    """Starts at once. One thread receives, any may kill; senders take turns."""

    def __init__(self, config: WorkerConfig, work: Callable[[Connection, WorkerConfig], None] | None = None) -> None:
        """`work` is what the process does: by default it answers jobs with an engine of its own.

        Raises OSError if the system gives no process."""
        context = multiprocessing.get_context("forkserver")
        with _CHILDREN, _interrupts_held_back():
            context.set_forkserver_preload(["service.workers.worker_main"])
            self._connection, theirs = context.Pipe()
            self._process = context.Process(target=work or _work, args=(theirs, config), daemon=True)
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

    def receive(self) -> WorkerMessage | None:
        """Waits for the next message. Raises EOFError or OSError if the process is gone."""
        message: WorkerMessage | None = self._connection.recv()
        return message

    def stop(self) -> None:
        """Asks for an end of the job under way. Never waits: there is always room for a message that small."""
        with suppress(OSError):  # it is gone already
            self._connection.send(STOP)

    def is_gone(self) -> bool:
        """Whether a process that has nothing to say has ended."""
        return self._connection.poll()

    def kill(self) -> None:
        """Does nothing once the process has ended."""
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


def _work(connection: Connection, config: WorkerConfig) -> None:
    from service.workers.worker_main import work  # noqa: PLC0415 - only in the child: the fork server has imported it

    work(connection, config)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C reaches the whole process group; this keeps it from a process that is started here and still imports."""
    resource_tracker.ensure_running()  # started later, by multiprocessing itself, it would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
