"""The workers of a server, and the line of jobs that wait for one. Belongs to one event loop."""

import asyncio
import math
import time

from service.errors import Draining, EarmarkError, NoWorkers, QueueFull
from service.workers.attendant import RETRY_SECONDS, Assignment, Attendant, Ended, Gone, Ready, Status
from service.workers.terms import WorkerTerms

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0
"""Between two attempts to start a worker that could not be started; each pause is twice the last."""
LONGEST_RETRY_SECONDS = 60
"""Nobody can say what the line will be like later than that."""
FIRST_GUESS_SECONDS = 1.0
"""What a job takes, before any was done."""
WEIGHT_OF_THE_LAST = 0.2
"""In the running mean of what a job takes."""


class Roster:
    def __init__(self, terms: WorkerTerms, size: int, max_queue_seconds: float) -> None:
        self._terms = terms
        self._size = size
        self._max_queue_seconds = max_queue_seconds
        self._attendants: list[Attendant] = []
        self._loaded: set[Attendant] = set()
        self._idle: list[Attendant] = []
        self._failures: dict[Attendant, EarmarkError] = {}
        self._pauses: dict[Attendant, float] = {}
        self._line: dict[Assignment, asyncio.TimerHandle] = {}
        """First in, first out; each with the timer that ends its wait."""
        self._given_at: dict[Attendant, float] = {}
        self._usual_seconds = FIRST_GUESS_SECONDS
        self._is_ending = False

    @property
    def ready(self) -> int:
        """Workers whose models are loaded."""
        return len(self._loaded)

    @property
    def busy(self) -> int:
        return sum(1 for one in self._attendants if one.current)

    @property
    def waiting(self) -> int:
        return len(self._line)

    @property
    def pids(self) -> list[int]:
        return [pid for one in self._attendants if (pid := one.pid)]

    @property
    def restarts(self) -> int:
        """Processes that were started in the place of another one."""
        return sum(max(0, one.starts - 1) for one in self._attendants)

    @property
    def failure(self) -> EarmarkError | None:
        """Why a worker cannot be started at the moment."""
        return next(iter(self._failures.values()), None)

    async def start(self) -> None:
        """Returns when every worker is ready. Raises what keeps one from it, ModelError above all."""
        self._loop = asyncio.get_running_loop()
        self._all_ready: asyncio.Future[None] = self._loop.create_future()
        self._all_ended: asyncio.Future[None] = self._loop.create_future()
        self._attendants = [Attendant(self._terms, self._tell) for _ in range(self._size)]
        for attendant in self._attendants:
            attendant.begin()
        try:
            await self._all_ready
        except BaseException:
            await self.end()
            raise

    async def end(self) -> None:
        """Ends all processes. Whoever still waits for an answer gets an error."""
        self._is_ending = True
        for assignment in list(self._line):
            self._refuse(assignment, Draining("The service is about to stop.", retry_after_seconds=RETRY_SECONDS))
        for attendant in self._attendants:
            attendant.end()
        if self._attendants:
            await asyncio.shield(self._all_ended)

    def enlist(self, assignment: Assignment) -> None:
        """Puts the job at the end of the line. In any case it gets its one answer."""
        expire = self._loop.call_later(self._max_queue_seconds, self._expire, assignment)
        self._line[assignment] = expire
        self._move_on()

    def withdraw(self, assignment: Assignment) -> None:
        """Nobody waits for this any more: takes it out of the line, or has the worker give it up."""
        if assignment in self._line:
            self._leave_line(assignment)
            assignment.drop()
        for attendant in self._attendants:
            attendant.stop(assignment)

    def _tell(self, attendant: Attendant, status: Status) -> None:
        self._loop.call_soon_threadsafe(self._note, attendant, status)

    def _note(self, attendant: Attendant, status: Status) -> None:
        match status:
            case Ready():
                self._note_ready(attendant)
            case Gone(reason):
                self._note_gone(attendant, reason)
            case Ended():
                attendant.join()  # it is at its last line
                self._attendants.remove(attendant)
                if not self._attendants:
                    self._all_ended.set_result(None)

    def _note_ready(self, attendant: Attendant) -> None:
        given_at = self._given_at.pop(attendant, None)
        if given_at is not None:
            took = time.monotonic() - given_at
            self._usual_seconds += WEIGHT_OF_THE_LAST * (took - self._usual_seconds)
        self._failures.pop(attendant, None)
        self._pauses.pop(attendant, None)
        self._loaded.add(attendant)
        self._idle.append(attendant)
        if len(self._loaded) == self._size and not self._all_ready.done():
            self._all_ready.set_result(None)
        self._move_on()

    def _note_gone(self, attendant: Attendant, reason: EarmarkError | None) -> None:
        self._given_at.pop(attendant, None)
        self._loaded.discard(attendant)
        if attendant in self._idle:
            self._idle.remove(attendant)
        if self._is_ending:
            return
        if reason is None:
            attendant.begin()
            return
        self._failures[attendant] = reason
        pause = self._pauses.get(attendant, FIRST_PAUSE_SECONDS)
        self._pauses[attendant] = min(LONGEST_PAUSE_SECONDS, 2 * pause)
        self._loop.call_later(pause, attendant.begin)
        if not self._all_ready.done():
            self._all_ready.set_exception(reason)
        self._move_on()

    def _move_on(self) -> None:
        """Gives what waits to whoever is free, or refuses it where there will be nobody."""
        while self._line and self._idle and not self._is_ending:
            assignment = next(iter(self._line))
            self._leave_line(assignment)
            attendant = self._idle.pop()
            self._given_at[attendant] = time.monotonic()
            attendant.take(assignment)
        if self._is_ending or len(self._failures) == self._size:
            for assignment in list(self._line):
                self._refuse(assignment, self._hopeless())

    def _hopeless(self) -> EarmarkError:
        if self._is_ending:
            return Draining("The service is about to stop.", retry_after_seconds=RETRY_SECONDS)
        reason = self.failure
        assert reason
        return NoWorkers(f"No worker can be started. {reason.detail}", retry_after_seconds=RETRY_SECONDS)

    def _expire(self, assignment: Assignment) -> None:
        ahead = len(self._line)
        seconds = math.ceil(self._usual_seconds * ahead / self._size)
        self._refuse(
            assignment,
            QueueFull(
                f"No worker was free within {self._max_queue_seconds:g} s; {ahead} were waiting. "
                "Send it again a little later.",
                retry_after_seconds=min(LONGEST_RETRY_SECONDS, max(1, seconds)),
            ),
        )

    def _refuse(self, assignment: Assignment, reason: EarmarkError) -> None:
        self._leave_line(assignment)
        assignment.drop()
        assignment.hear(reason)

    def _leave_line(self, assignment: Assignment) -> None:
        self._line.pop(assignment).cancel()
