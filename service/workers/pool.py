"""Worker processes for a program that waits for its answers: a crash or a hang costs one file, not the others."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from service.errors import EarmarkError
from service.settings import Settings
from service.types import Progress, Report
from service.workers.attendant import Assignment, Attendant, Gone, Ready, Status
from service.workers.job import Job, Message
from service.workers.terms import WorkerTerms


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A job, and the descriptor of what it is about if it names no path; whoever takes the task closes that."""

    job: Job
    descriptor: int | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """Of a worker."""

    attendant: Attendant
    status: Status


@dataclass(frozen=True, slots=True)
class _Heard:
    """Of a job."""

    number: int
    message: Message


_UnderWay = dict[int, tuple[Task, Attendant]]


class WorkerPool:
    """`size` processes with an engine each. Use as a context manager: leaving it ends the processes."""

    def __init__(self, settings: Settings, size: int) -> None:
        self._limit_seconds = settings.max_analysis_seconds
        self._news: SimpleQueue[_Told | _Heard] = SimpleQueue()
        self._numbers = count()
        self._idle: list[Attendant] = []
        self._attendants = [Attendant(WorkerTerms(settings), self._tell) for _ in range(size)]
        for attendant in self._attendants:
            attendant.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for attendant in self._attendants:
            attendant.end()
        for attendant in self._attendants:
            attendant.join()

    @property
    def pids(self) -> dict[int, Job | None]:
        """The processes, each with the job that it works on."""
        jobs = {one.pid: one.current and one.current.job for one in self._attendants}
        return {pid: job if isinstance(job, Job) else None for pid, job in jobs.items() if pid}

    def results(
        self, jobs: Iterable[Job], on_progress: Callable[[Job, Progress], None] | None = None
    ) -> Iterator[tuple[Job, Report | EarmarkError]]:
        """Every job with its answer, as they are ready. Raises ModelError if the models cannot be loaded."""

        def tell(task: Task, progress: Progress) -> None:
            if on_progress:
                on_progress(task.job, progress)

        for task, answer in self.answers(map(Task, jobs), tell):
            yield task.job, answer

    def answers(
        self, tasks: Iterable[Task], on_progress: Callable[[Task, Progress], None]
    ) -> Iterator[tuple[Task, Report | EarmarkError]]:
        """The same for tasks; each is taken only when a worker is free for it, so they may be any number."""
        waiting = iter(tasks)
        under_way: _UnderWay = {}
        answered: deque[tuple[Task, Report | EarmarkError]] = deque()
        try:
            while self._hand_out(waiting, under_way) or under_way or answered:
                if answered and self._news.empty():  # workers come first, then whoever takes the answers
                    yield answered.popleft()
                    continue
                match self._news.get():
                    case _Told(attendant, status):
                        self._note(attendant, status)
                    case _Heard(number, Progress() as progress):
                        if number in under_way:
                            on_progress(under_way[number][0], progress)
                    case _Heard(number, message):
                        assert isinstance(message, Report | EarmarkError)
                        if number in under_way:  # else it is of a job that was abandoned
                            answered.append((under_way.pop(number)[0], message))
        finally:
            for _, attendant in under_way.values():
                attendant.kill()  # nobody waits for its answer any more

    def _hand_out(self, waiting: Iterator[Task], under_way: _UnderWay) -> bool:
        """Gives every idle worker a task. Returns False once there was none left to give."""
        while self._idle:
            task = next(waiting, None)
            if task is None:
                return False
            number, attendant = next(self._numbers), self._idle.pop()
            under_way[number] = task, attendant
            hear = partial(self._hear, number)
            attendant.take(Assignment(task.job, hear, task.descriptor, limit_seconds=self._limit_seconds))
        return True

    def _note(self, attendant: Attendant, status: Status) -> None:
        match status:
            case Ready():
                self._idle.append(attendant)
            case Gone(None):
                if attendant in self._idle:
                    self._idle.remove(attendant)
                attendant.begin()
            case Gone(reason) if reason:
                raise reason

    def _tell(self, attendant: Attendant, status: Status) -> None:
        self._news.put(_Told(attendant, status))

    def _hear(self, number: int, message: Message) -> None:
        self._news.put(_Heard(number, message))
