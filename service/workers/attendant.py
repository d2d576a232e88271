"""A thread that attends to one worker process: gives it jobs, hears it out, and kills it when it hangs."""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from service.errors import Cancelled, DeadlineExceeded, Draining, EarmarkError, NoWorkers, WorkerCrashed
from service.types import Progress
from service.workers.job import Answer, Job, LiveJob, Message, Piece
from service.workers.process import WorkerProcess
from service.workers.terms import WorkerTerms

GRACE_SECONDS = 5.0
"""A worker stops by itself at the deadline, or when it is told to; one that has not by then hangs and is killed."""
LOAD_SECONDS = 60.0
"""Loading takes less than a second; disks and machines may be slow, but not that slow."""
IDLE_CHECK_SECONDS = 0.5
"""A worker that died while it had nothing to do is noticed so late, or by the next job."""
RETRY_SECONDS = 5
"""When it is worth to send again what was refused for want of a worker."""
DYING_SECONDS = 0.5
"""A process whose connection broke is about to have an exit status."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker can take a job."""


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no process any more, until `begin` is called."""

    reason: EarmarkError | None
    """Why it could not be started; None if it was ready once."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The thread is about to end: the last that is heard of it."""


Status = Ready | Gone | Ended


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """A job, and who hears what comes of it: progress, pieces, and exactly one answer."""

    job: Job | LiveJob
    hear: Callable[[Message], None]
    descriptor: int | None = None
    """Of what the job is about, if it names no path; closed by whoever has the assignment last."""
    limit_seconds: float | None = None

    def drop(self) -> None:
        """Closes the descriptor: the worker has one of its own, or will never need one."""
        if self.descriptor is not None:
            os.close(self.descriptor)


class Attendant(threading.Thread):
    """`tell` and `Assignment.hear` are called in this thread; the methods may be called in any, and never wait."""

    def __init__(self, terms: WorkerTerms, tell: Callable[["Attendant", Status], None]) -> None:
        super().__init__(name="worker attendant", daemon=True)
        self.starts = 0
        """Processes so far."""
        self._terms = terms
        self._tell = tell
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
        """Of the process, if there is one."""
        process = self._process
        return process.pid if process else None

    @property
    def current(self) -> Assignment | None:
        """What it has to do, or is doing."""
        return self._current

    def begin(self) -> None:
        """Starts a process, if there is none; Ready or Gone will tell."""
        self._orders.put(self._begin)

    def take(self, assignment: Assignment) -> None:
        """To be called at most once after each Ready."""
        with self._lock:
            self._current, self._was_sent = assignment, False
            if not self._ending.is_set():
                self._verdict = None
        self._orders.put(self._work)

    def stop(self, assignment: Assignment) -> None:
        """Has the job given up, unless it is done."""
        with self._lock:
            if self._current is not assignment:
                return
            if self._was_sent and self._process:
                self._process.stop()
                self._watch(GRACE_SECONDS, Cancelled("The caller asked to stop; the worker did not, and was killed."))
            else:
                self._verdict = self._verdict or Cancelled("The caller asked to stop before the worker began.")

    def kill(self) -> None:
        """Ends the process, whatever it does."""
        with self._lock:
            if self._process:
                self._process.kill()

    def end(self) -> None:
        """Ends the process and this thread, which says Ended."""
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
                    self._bury()
                    self._tell(self, Gone(None))
            else:
                if order is None:
                    break
                order()
        if self._process:
            self._bury()
        self._tell(self, Ended())

    def _begin(self) -> None:
        if self._process is None:
            failure = self._load()
            self._tell(self, Gone(failure) if failure else Ready())

    def _work(self) -> None:
        assignment = self._current
        assert assignment
        failure: EarmarkError | None = None
        try:
            failure = self._prepare()
            answer = failure or self._hear_out(assignment)
        except Exception as error:  # whoever waits gets an answer, come what may
            logging.getLogger(__name__).exception("unexpected error")
            answer = EarmarkError(f"This is a defect of Earmark, not of the file ({type(error).__name__}).")
        assignment.drop()
        self._unwatch()
        with self._lock:
            self._current = None
        assignment.hear(answer)
        self._tell(self, Ready() if self._process else Gone(failure))

    def _prepare(self) -> EarmarkError | None:
        """Sees to it that there is a process: the last one may have died while it had nothing to do."""
        if self._process and self._process.is_gone():
            self._bury()
        return None if self._process else self._load()

    def _load(self) -> EarmarkError | None:
        """Starts a process and waits until its models are loaded. Returns why there is none."""
        if self._ending.is_set():
            return self._verdict
        try:
            process = WorkerProcess(self._terms)
        except Exception:  # whoever waits for a worker is told, come what may
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
            status = self._bury()
            failure = WorkerCrashed(f"A worker process died while it loaded the models (exit status {status}).")
        else:
            assert failure is None or isinstance(failure, EarmarkError)
            if failure:
                self._bury()
        self._unwatch()
        return self._verdict if self._ending.is_set() else failure

    def _hear_out(self, assignment: Assignment) -> Answer:
        """Hands the job on, and hears what comes of it up to its answer."""
        limit = assignment.limit_seconds
        with self._lock:
            process = self._process
            assert process
            if self._verdict:
                return self._verdict
            self._was_sent = True
            with suppress(OSError):  # it died just now; so says what is received
                process.send(assignment.job, assignment.descriptor)
            if limit is not None:
                verdict = DeadlineExceeded(f"The analysis did not end within {limit:g} s and was killed.")
                self._watch(limit + GRACE_SECONDS, verdict)
        try:
            while isinstance(message := process.receive(), Progress | Piece):
                assignment.hear(message)
        except Exception:  # noqa: BLE001 - as above
            status = self._bury()
            return self._verdict or WorkerCrashed(
                f"The process that decoded this file died (exit status {status}). Others are unaffected."
            )
        assert message is not None
        return message

    def _bury(self) -> int | None:
        with self._lock:
            process, self._process = self._process, None
        assert process
        return process.end(DYING_SECONDS)

    def _watch(self, seconds: float, verdict: EarmarkError | None) -> None:
        """Kills the process after so long, in place of whatever was to kill it. The lock is held."""
        if self._watchdog:
            self._watchdog.cancel()
        self._watchdog = threading.Timer(seconds, self._strike, (verdict,))
        self._watchdog.daemon = True
        self._watchdog.start()

    def _unwatch(self) -> None:
        with self._lock:
            watchdog, self._watchdog = self._watchdog, None
        if watchdog:
            watchdog.cancel()
            watchdog.join()

    def _strike(self, verdict: EarmarkError | None) -> None:
        with self._lock:
            if threading.current_thread() is self._watchdog and self._process:
                self._verdict = self._verdict or verdict
                self._process.kill()
