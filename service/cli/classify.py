"""The loop behind `earmark classify`: files through the pool, answers to the sink, in the order of the files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

from service.cli.answer import Answer
from service.cli.complaint import complaint
from service.cli.inputs import Input
from service.cli.progress import ProgressBar
from service.cli.sink import Sink
from service.cli.stderr import Stderr
from service.errors import EarmarkError
from service.settings import Settings
from service.types import Options, Progress
from service.workers.job import Job
from service.workers.pool import WorkerPool


def classify(
    inputs: Sequence[Input],
    options: Options,
    settings: Settings,
    jobs: int,
    sink: Sink,
    stderr: Stderr,
    *,
    show_progress: bool,
) -> int:
    """Analyses every input and returns how many failed. Each failure is named on `stderr` with its reason."""
    failed = 0
    bar = ProgressBar(stderr.console, len(inputs)) if show_progress else nullcontext()
    with WorkerPool(settings, min(jobs, len(inputs))) as pool, bar as shown:
        for one, answer in _in_order(inputs, pool, options, shown):
            sink.take(one, answer)
            if isinstance(answer, EarmarkError):
                failed += 1
                stderr.complain(complaint(one, answer))
    sink.finish()
    return failed


def _in_order(
    inputs: Sequence[Input], pool: WorkerPool, options: Options, bar: ProgressBar | None
) -> Iterator[tuple[Input, Answer]]:
    """Answers come as they are ready; they are held back until it is their turn."""
    by_job = {Job(str(one.path), options): one for one in inputs}
    on_progress: Callable[[Job, Progress], None] | None = None
    if bar:

        def on_progress(job: Job, progress: Progress) -> None:
            bar.move(by_job[job].name, progress)

    ready: dict[Job, Answer] = {}
    turn = iter(by_job)
    awaited = next(turn, None)
    for job, answer in pool.results(by_job, on_progress):
        if bar:
            bar.done(by_job[job].name)
        ready[job] = answer
        while awaited in ready:
            yield by_job[awaited], ready.pop(awaited)
            awaited = next(turn, None)
