"""Worker processes for a program that waits for its answers: a crash or a hang costs one file, not the others."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from service.errors import EarmarkError
from service.settings import Settings
from service.types import Progress, Report
from service.workers.messages import Job, WorkerConfig, WorkerMessage
from service.workers.process import WorkerProcess
from service.workers.supervisor import GRACE_SECONDS, Assignment, Supervisor


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A job, and the descriptor of what it is about if it names no path; the pool closes that. Used only once."""

    job: Job
    descriptor: int | None = None


class WorkerPool:
    """`size` processes with an engine each. Use as a context manager: leaving it ends the processes."""

    def __init__(
        self,
        settings: Settings,
        size: int,
        *,
        grace_seconds: float = GRACE_SECONDS,
        start_process: Callable[[WorkerConfig], WorkerProcess] = WorkerProcess,
    ) -> None:
        self._limit_seconds = settings.max_analysis_seconds
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        """What the supervisors have to say: `answers` makes these calls."""
        self._idle: list[Supervisor] = []
        self._supervisors = [
            Supervisor(
                WorkerConfig(settings),
                self._calls.put,
                on_ready=self._idle.append,
                on_gone=self._on_gone,
                on_ended=lambda _: None,  # leaving joins
                grace_seconds=grace_seconds,
                start_process=start_process,
            )
            for _ in range(size)
        ]
        for supervisor in self._supervisors:
            supervisor.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for supervisor in self._supervisors:
            supervisor.end()
        for supervisor in self._supervisors:
            supervisor.join()

    @property
    def pids(self) -> dict[int, Job | None]:
        """The processes, each with the job that it works on."""
        jobs = {one.pid: one.current and one.current.job for one in self._supervisors}
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
        under_way: dict[Task, Supervisor] = {}
        answered: deque[tuple[Task, Report | EarmarkError]] = deque()

        def hear(task: Task, message: WorkerMessage) -> None:
            if task not in under_way:  # the caller has abandoned it
                return
            if isinstance(message, Progress):
                on_progress(task, message)
                return
            assert isinstance(message, Report | EarmarkError)
            del under_way[task]
            answered.append((task, message))

        def has_more() -> bool:
            """Gives every idle worker a task. Returns False once there was none left to give."""
            while self._idle:
                task = next(waiting, None)
                if task is None:
                    return False
                under_way[task] = supervisor = self._idle.pop()
                supervisor.assign(Assignment(task.job, partial(hear, task), task.descriptor, self._limit_seconds))
            return True

        try:
            while has_more() or under_way or answered:
                if answered and self._calls.empty():  # workers come first, then the caller
                    yield answered.popleft()
                else:
                    self._calls.get()()
        finally:
            for supervisor in under_way.values():
                supervisor.kill()  # nobody waits for its answer any more
            under_way.clear()

    def _on_gone(self, supervisor: Supervisor, reason: EarmarkError | None) -> None:
        if reason:
            raise reason
        if supervisor in self._idle:
            self._idle.remove(supervisor)
        supervisor.begin()
