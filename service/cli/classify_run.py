"""`earmark classify` at work: through the files that were named, or waiting for files in a folder."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from service.cli.answer_table import TableSink
from service.cli.exits import Exit, Stderr
from service.cli.inputs import Input, ReportOrError, complaint, find_inputs
from service.cli.progress_bars import ProgressBar
from service.cli.shared_options import OutputFormat
from service.cli.sinks import Sink, open_sink
from service.cli.stdout import Stdout, stdout_is_terminal
from service.errors import EarmarkError
from service.formats.catalogue import FORMATS, Format, FormatName
from service.formats.document import View
from service.http.server_settings import ServerSettings
from service.settings import Settings
from service.types import Options, Progress
from service.workers.messages import Job
from service.workers.pool import WorkerPool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of `earmark classify` that both ways share."""

    form: OutputFormat | None
    output: str | None
    view: View
    options: Options
    models_dir: Path | None
    jobs: int

    @property
    def table(self) -> bool:
        """The default on a terminal."""
        return self.form == "table" or (self.form is None and self.output is None and stdout_is_terminal())

    def format_or(self, default: FormatName) -> Format:
        return FORMATS[default if self.form is None or self.form == "table" else self.form]


def classify_files(paths: Sequence[Path], wanted: Wanted, stderr: Stderr) -> Exit:
    """Raises InvalidOption, InvalidSettings, ModelError."""
    settings = Settings.read(models_dir=wanted.models_dir)
    unsearched: list[str] = []

    def skip(folder: str, error: OSError) -> None:
        unsearched.append(folder)
        stderr.complain(f"{folder}: The folder could not be searched: {error.strerror}.")

    inputs = find_inputs(paths, skip)
    if not inputs:
        stderr.complain(_nothing_in(paths))
        return Exit.UNUSABLE
    show_progress = stderr.console.is_terminal
    if wanted.table:
        table = TableSink(Stdout(), single=len(inputs) == 1)
        failed = _classify(inputs, wanted.options, settings, wanted.jobs, table, stderr, show_progress=show_progress)
    else:
        if wanted.output is None and stdout_is_terminal():
            show_progress = False  # it would be drawn between the lines of the answers
        with open_sink(wanted.format_or("json"), wanted.view, wanted.output, inputs) as sink:
            failed = _classify(inputs, wanted.options, settings, wanted.jobs, sink, stderr, show_progress=show_progress)
    if failed and len(inputs) > 1:
        stderr.say(f"{failed} of {len(inputs)} files could not be analysed.")
    return Exit.SOME_FAILED if failed or unsearched else Exit.OK


def wait_for_files(folder: Path, wanted: Wanted, stderr: Stderr, *, existing: bool) -> Exit:
    """Raises InvalidOption, InvalidSettings, ModelError."""
    from service.cli.watch_run import check_folder, watch_folder, watch_sink  # noqa: PLC0415 - takes time

    check_folder(folder)
    form = None if wanted.table else wanted.format_or("ndjson" if wanted.output is None else "json")
    settings = ServerSettings.read(models_dir=wanted.models_dir)
    sink = watch_sink(form, wanted.output, wanted.view, settings.models_dir)
    return watch_folder(folder, sink, wanted.options, settings, wanted.jobs, stderr, existing=existing)


def _nothing_in(paths: Sequence[Path]) -> str:
    names = ", ".join(map(str, paths[:3])) + (" ..." if len(paths) > 3 else "")
    return (
        f"There is no audio file in {names}: no file there has the name or the content of one. "
        "Name one directly to see what is wrong with it."
    )


def _classify(
    inputs: Sequence[Input],
    options: Options,
    settings: Settings,
    jobs: int,
    sink: Sink,
    stderr: Stderr,
    *,
    show_progress: bool,
) -> int:
    """Files through the pool, answers to the sink in the order of the files; each failure is named on `stderr`.

    Returns how many failed.
    """
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
) -> Iterator[tuple[Input, ReportOrError]]:
    """Answers come as they are ready, and are held back until it is their turn."""
    by_job = {Job(str(one.path), options): one for one in inputs}
    on_progress: Callable[[Job, Progress], None] | None = None
    if bar:

        def on_progress(job: Job, progress: Progress) -> None:
            bar.move(by_job[job].name, progress)

    ready: dict[Job, ReportOrError] = {}
    turn = iter(by_job)
    awaited = next(turn, None)
    for job, answer in pool.results(by_job, on_progress):
        if bar:
            bar.done(by_job[job].name)
        ready[job] = answer
        while awaited in ready:
            yield by_job[awaited], ready.pop(awaited)
            awaited = next(turn, None)
