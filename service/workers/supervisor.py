"""A thread that supervises one worker process: gives it jobs, passes on what it says, and kills it when it hangs.

It alone waits for the process, so one that stops in the middle of a message holds up nobody else."""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from service.errors import Cancelled, DeadlineExceeded, Draining, EarmarkError, NoWorkers, WorkerCrashed
from service.types import Progress
from service.workers.messages import Job, LiveJob, Piece, WorkerAnswer, WorkerConfig, WorkerMessage
from service.workers.process import WorkerProcess

GRACE_SECONDS = 5.0
"""A worker stops by itself at the deadline, or when it is asked to; one that has not by then hangs and is killed."""
LOAD_SECONDS = 60.0
"""Loading takes less than a second; disks and machines may be slow, but not that slow."""
IDLE_CHECK_SECONDS = 0.5
"""How soon the death of an idle worker is noticed, unless a job comes before."""
RETRY_SECONDS = 5
"""When to send again what was refused because there was no worker."""
DYING_SECONDS = 0.5
"""A process whose connection broke is about to have an exit status."""


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """A job, and who hears what comes of it: progress, pieces, and exactly one answer."""

    job: Job | LiveJob
    hear: Callable[[WorkerMessage], None]
    descriptor: int | None = None
    """File descriptor of what the job is about, if it names no path; closed by the last one to hold the assignment."""
    limit_seconds: float | None = None

    def drop(self) -> None:
        """Closes the descriptor: the worker has one of its own, or will never need one."""
        if self.descriptor is not None:
            os.close(self.descriptor)


class Supervisor(threading.Thread):
    """Its methods may be called in any thread, and never wait.

    All that it has to say it says in its owner's thread: `post` takes a call there. `on_ready` means that the worker
    can take a job; `on_gone` that there is no process any more until `begin` is called, with the reason if it could not
    be started; `on_ended` that this thread is at its last line. What comes of a job goes to `Assignment.hear`, before
    the `on_ready` or `on_gone` that follows."""

    def __init__(
        self,
        config: WorkerConfig,
        post: Callable[[Callable[[], None]], object],
        *,
        on_ready: Callable[["Supervisor"], None],
        on_gone: Callable[["Supervisor", EarmarkError | None], None],
        on_ended: Callable[["Supervisor"], None],
        grace_seconds: float = GRACE_SECONDS,
        start_process: Callable[[WorkerConfig], WorkerProcess] = WorkerProcess,
    ) -> None:
        super().__init__(name="worker supervisor", daemon=True)
        self.starts = 0
        """Processes so far."""
        self._config = config
        self._post = post
        self._on_ready = on_ready
        self._on_gone = on_gone
        self._on_ended = on_ended
        self._grace_seconds = grace_seconds
        self._start_process = start_process
        self._orders: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._current: Assignment | None = None
        self._was_sent = False
        self._verdict: EarmarkError | None = None
        """Why the process was killed, or is not to be asked."""
        self._ending = threading.Event()
        self._watchdog: threading.Timer | None = None
        self.start()

    @property
    def pid(self) -> int | None:
        """Id of the process, if there is one."""
        process = self._process
        return process.pid if process else None

    @property
    def current(self) -> Assignment | None:
        """What its worker does, or is about to do."""
        return self._current

    def begin(self) -> None:
        """Starts a process, if there is none; `on_ready` or `on_gone` follows."""
        self._orders.put(self._begin)

    def assign(self, assignment: Assignment) -> None:
        """Gives the worker a job. To be called at most once after each `on_ready`."""
        with self._lock:
            self._current, self._was_sent = assignment, False
            if not self._ending.is_set():
                self._verdict = None
        self._orders.put(self._work)

    def stop(self, assignment: Assignment) -> None:
        """Cancels the job, unless it is done."""
        with self._lock:
            if self._current is not assignment:
                return
            if self._was_sent and self._process:
                self._process.stop()
                verdict = Cancelled("The caller asked to stop; the worker did not, and was killed.")
                self._watch(self._grace_seconds, verdict)
            else:
                self._verdict = self._verdict or Cancelled("The caller asked to stop before the worker began.")

    def kill(self) -> None:
        """Ends the process, whatever it does."""
        with self._lock:
            if self._process:
                self._process.kill()

    def end(self) -> None:
        """Ends the process and this thread; `on_ended` follows."""
        with self._lock:
            self._ending.set()
            self._verdict = Draining(
                "The service stopped before this was done. Send it again.", retry_after_seconds=RETRY_SECONDS
            )
            if self._process:
                self._process.kill()
        self._orders.put(None)

    def run(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=IDLE_CHECK_SECONDS if self._process else None)
            except Empty:
                if self._process and self._process.is_gone():
                    self._reap()
                    self._post(partial(self._on_gone, self, None))
            else:
                if order is None:
                    break
                order()
        if self._process:
            self._reap()
        self._post(partial(self._on_ended, self))

    def _begin(self) -> None:
        if self._process is None:
            self._say_whether_ready(self._load())

    def _work(self) -> None:
        assignment = self._current
        assert assignment
        failure: EarmarkError | None = None
        try:
            failure = self._prepare()
            answer = failure or self._do(assignment)
        except Exception as error:  # the caller gets an answer in any case
            logging.getLogger(__name__).exception("unexpected error")
            answer = EarmarkError(f"This is a defect of Earmark, not of the file ({type(error).__name__}).")
        assignment.drop()
        self._unwatch()
        with self._lock:
            self._current = None
        self._post(partial(assignment.hear, answer))
        self._say_whether_ready(failure)

    def _say_whether_ready(self, failure: EarmarkError | None) -> None:
        """`failure` is why there is no process, if it could not be started."""
        self._post(partial(self._on_ready, self) if self._process else partial(self._on_gone, self, failure))

    def _prepare(self) -> EarmarkError | None:
        """Makes sure that there is a process: the last one may have died while it was idle."""
        if self._process and self._process.is_gone():
            self._reap()
        return None if self._process else self._load()

    def _load(self) -> EarmarkError | None:
        """Starts a process and waits until its models are loaded. Returns why there is none."""
        if self._ending.is_set():
            return self._verdict
        try:
            process = self._start_process(self._config)
        except Exception:  # the owner learns it in any case
            logging.getLogger(__name__).exception("no worker process")
            return NoWorkers("The system did not give another process.", retry_after_seconds=RETRY_SECONDS)
        with self._lock:
            self._process = process
            self.starts += 1
            if self._ending.is_set():
                process.kill()
            self._watch(LOAD_SECONDS, None)
        try:
            failure = process.receive()
        except Exception:  # noqa: BLE001 - nothing that a process sends while it dies is a message
            status = self._reap()
            failure = WorkerCrashed(f"A worker process died while it loaded the models (exit status {status}).")
        else:
            assert failure is None or isinstance(failure, EarmarkError)
            if failure:
                self._reap()
        self._unwatch()
        return self._verdict if self._ending.is_set() else failure

    def _do(self, assignment: Assignment) -> WorkerAnswer:
        """Sends the job to the process, and passes on what comes of it up to its answer."""
        limit = assignment.limit_seconds
        with self._lock:
            process = self._process
            assert process
            if self._verdict:
                return self._verdict
            self._was_sent = True
            with suppress(OSError):  # it died just now; receiving will tell
                process.send(assignment.job, assignment.descriptor)
            if limit is not None:
                verdict = DeadlineExceeded(f"The analysis did not end within {limit:g} s and was killed.")
                self._watch(limit + self._grace_seconds, verdict)
        try:
            while isinstance(message := process.receive(), Progress | Piece):
                self._post(partial(assignment.hear, message))
        except Exception:  # noqa: BLE001 - as above
            status = self._reap()
            return self._verdict or WorkerCrashed(
                f"The process that decoded this file died (exit status {status}). Others are unaffected."
            )
        assert message is not None
        return message

    def _reap(self) -> int | None:
        """Ends what is left of the process. Returns its exit status."""
        with self._lock:
            process, self._process = self._process, None
        assert process
        return process.end(DYING_SECONDS)

    def _watch(self, seconds: float, verdict: EarmarkError | None) -> None:
        """Kills the process after so long; replaces any earlier watchdog. The lock is held."""
        if self._watchdog:
            self._watchdog.cancel()
        self._watchdog = threading.Timer(seconds, self._bite, (verdict,))
        self._watchdog.daemon = True
        self._watchdog.start()

    def _unwatch(self) -> None:
        with self._lock:
            watchdog, self._watchdog = self._watchdog, None
        if watchdog:
            watchdog.cancel()
            watchdog.join()

    def _bite(self, verdict: EarmarkError | None) -> None:
        with self._lock:
            if threading.current_thread() is self._watchdog and self._process:
                self._verdict = self._verdict or verdict
                self._process.kill()
