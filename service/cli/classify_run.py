"""The two ways of `earmark classify`: through what was named, or waiting for files in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.cli.answer_table import TableSink
from service.cli.classify import classify
from service.cli.exits import Exit
from service.cli.inputs import find_inputs
from service.cli.output_format import OutputFormat
from service.cli.sink import open_sink
from service.cli.stderr import Stderr
from service.cli.stdout import Stdout, stdout_is_terminal
from service.formats.catalogue import FORMATS, Format, FormatName
from service.formats.document import View
from service.http.settings import ServerSettings
from service.settings import Settings
from service.types import Options


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked of `earmark classify`, whichever way it takes."""

    form: OutputFormat | None
    output: str | None
    view: View
    options: Options
    models_dir: Path | None
    jobs: int

    @property
    def table(self) -> bool:
        """By default, a table is for who looks on."""
        return self.form == "table" or (self.form is None and self.output is None and stdout_is_terminal())

    def format_or(self, default: FormatName) -> Format:
        return FORMATS[default if self.form is None or self.form == "table" else self.form]


def classify_files(paths: Sequence[Path], wanted: Wanted, stderr: Stderr) -> Exit:
    """Raises InvalidOption, ModelError."""
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
        failed = classify(inputs, wanted.options, settings, wanted.jobs, table, stderr, show_progress=show_progress)
    else:
        if wanted.output is None and stdout_is_terminal():
            show_progress = False  # it would be drawn between the lines of the answers
        with open_sink(wanted.format_or("json"), wanted.view, wanted.output, inputs) as sink:
            failed = classify(inputs, wanted.options, settings, wanted.jobs, sink, stderr, show_progress=show_progress)
    if failed and len(inputs) > 1:
        stderr.say(f"{failed} of {len(inputs)} files could not be analysed.")
    return Exit.SOME_FAILED if failed or unsearched else Exit.OK


def wait_for_files(folder: Path, wanted: Wanted, stderr: Stderr, *, existing: bool) -> Exit:
    """The same."""
    from service.cli.watch.command import check_folder, watch_folder, watch_sink  # noqa: PLC0415 - takes time

    check_folder(folder)
    form = None if wanted.table else wanted.format_or("ndjson" if wanted.output is None else "json")
    settings = ServerSettings.read(models_dir=wanted.models_dir)
    sink = watch_sink(form, wanted.output, wanted.view, settings.models_dir)
    return watch_folder(folder, sink, wanted.options, settings, wanted.jobs, stderr, existing=existing)


def _nothing_in(paths: Sequence[Path]) -> str:
    names = ", ".join(map(str, paths[:3])) + (" ..." if len(paths) > 3 else "")
    return (
        f"There is no audio file in {names}: no file there has the name or the content of one. "
        "Name one directly to be told what is wrong with it."
    )
