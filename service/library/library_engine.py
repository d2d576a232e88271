"""What analyses the files of a library: the interface of all engines, and the engine of one machine.

The engine of a cluster is `service.scale.ray_data`. All give the same answers."""

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self

from service.library.backlog import Backlog
from service.library.fetch import NotFetched, fetched
from service.library.items import FileOutcome, LibraryItem
from service.settings import Settings
from service.types import Options, Progress
from service.workers.messages import Job
from service.workers.pool import Task, WorkerPool


class Recorder(Protocol):
    """Gets what comes of each file, in the thread that called the engine."""

    def take(self, outcome: FileOutcome) -> None: ...

    def tick(self) -> None:
        """Called every now and then, so that outcomes are saved in time even if none come."""


class LibraryEngine(Protocol):
    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        """Works the backlog off; if it is `stopping`, up to the end of what was begun. Raises ModelError."""


class LocalEngine:
    """Analyses in worker processes of this machine."""

    def __init__(self, settings: Settings, options: Options, jobs: int) -> None:
        self._settings = settings
        self._options = options
        self._jobs = jobs

    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        with Analyst(self._settings, self._options, self._jobs) as analyst:
            analyst.analyse(backlog.items(), recorder, backlog.stopping)


class Analyst:
    """Fetches remote files, and has them analysed by `jobs` processes. A context manager: leaving it ends them."""

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

    def analyse(self, items: Iterable[LibraryItem], recorder: Recorder, stopping: Callable[[], bool]) -> None:
        """Takes items as workers get free, so they may be any number. Raises ModelError."""
        under_way: dict[Task, tuple[LibraryItem, float]] = {}

        def tasks() -> Iterator[Task]:
            for one in fetched(items, self._ahead, self._limit_seconds, stopping):
                if isinstance(one, NotFetched):
                    recorder.take(FileOutcome(one.item, one.error, 0.0))
                    continue
                path = None if one.item.is_remote else one.item.path
                task = Task(Job(path, self._options), one.descriptor)
                under_way[task] = one.item, time.monotonic()
                yield task

        def tick(_task: Task, _progress: Progress) -> None:
            recorder.tick()

        for task, answer in self._pool.answers(tasks(), tick):
            item, started = under_way.pop(task)
            recorder.take(FileOutcome(item, answer, time.monotonic() - started))
