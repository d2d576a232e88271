"""Items in, outcomes out: remote files are fetched, and worker processes listen."""

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

from service.library.engine import Recorder
from service.library.fetching import NotFetched, fetched
from service.library.item import Item
from service.library.outcome import Outcome
from service.settings import Settings
from service.types import Options, Progress
from service.workers.job import Job
from service.workers.pool import Task, WorkerPool


class Analyst:
    """`jobs` processes. Use as a context manager: leaving it ends them."""

    def __init__(self, settings: Settings, options: Options, jobs: int) -> None:
        self._limit_seconds = settings.max_analysis_seconds
        self._options = options
        self._ahead = 2 * jobs
        """So many files may be fetched before a worker is free for them."""
        self._pool = WorkerPool(settings, jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.__exit__(kind, error, trace)

    def analyse(self, items: Iterable[Item], recorder: Recorder, stopping: Callable[[], bool]) -> None:
        """Takes items as workers get free, so they may be any number. Raises ModelError."""
        under_way: dict[Task, tuple[Item, float]] = {}

        def tasks() -> Iterator[Task]:
            for one in fetched(items, self._ahead, self._limit_seconds, stopping):
                if isinstance(one, NotFetched):
                    recorder.take(Outcome(one.item, one.error, 0.0))
                    continue
                path = None if one.item.is_remote else one.item.path
                task = Task(Job(path, self._options), one.descriptor)
                under_way[task] = one.item, time.monotonic()
                yield task

        def tick(_task: Task, _progress: Progress) -> None:
            recorder.tick()

        for task, answer in self._pool.answers(tasks(), tick):
            item, started = under_way.pop(task)
            recorder.take(Outcome(item, answer, time.monotonic() - started))
