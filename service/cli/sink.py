"""Where answers go: one stream for all of them, or a file of its own for each, in a folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from service.cli.inputs import Input
from service.errors import EarmarkError, InvalidOption
from service.formats import csv_table, ndjson
from service.formats.catalogue import Format
from service.formats.document import View, document
from service.formats.json_text import layout
from service.types import Report

Answer = Report | EarmarkError

ONE_SOUND_ONLY = {"audacity", "textgrid", "vtt"}
"""Formats that have no place for a second sound: several inputs need a folder."""


class Sink(Protocol):
    """Takes the answers in the order of the inputs."""

    def take(self, one: Input, answer: Answer) -> None: ...

    def finish(self) -> None: ...


class FolderSink:
    """`folder/song.mp3.json` for `song.mp3`. A file that failed gets none; its error is on the terminal."""

    def __init__(self, folder: Path, form: Format, view: View) -> None:
        self._folder = folder
        self._form = form
        self._view = view

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, EarmarkError):
            return
        target = self._folder / one.output_name.with_name(f"{one.output_name.name}.{self._form.extension}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._form.write(answer, one.name, self._view), encoding="utf-8")

    def finish(self) -> None:
        pass


class TextSink:
    """Formats whose files can simply follow each other; NDJSON also has a line for what failed."""

    def __init__(self, out: TextIO, form: Format, view: View) -> None:
        self._out = out
        self._form = form
        self._view = view

    def take(self, one: Input, answer: Answer) -> None:
        if not isinstance(answer, EarmarkError):
            self._out.write(self._form.write(answer, one.name, self._view))
        elif self._form.name == "ndjson":
            self._out.write(ndjson.error_line(one.name, answer.problem()))
        self._out.flush()

    def finish(self) -> None:
        pass


class JsonArraySink:
    """Several answers as one JSON array, each with its `file`, and the failed ones with their `error`."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out = out
        self._view = view
        self._separator = "[\n"

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, EarmarkError):
            body = {"file": one.name, "error": answer.problem()}
        else:
            body = {"file": one.name, **document(answer, self._view)}
        self._out.write(self._separator + layout(body).rstrip("\n"))
        self._separator = ",\n"

    def finish(self) -> None:
        self._out.write("\n]\n" if self._separator.startswith(",") else "[]\n")


class CsvSink:
    """One table: its columns are known when the last report is."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out = out
        self._view = view
        self._reports: list[tuple[Input, Report]] = []

    def take(self, one: Input, answer: Answer) -> None:
        if not isinstance(answer, EarmarkError):
            self._reports.append((one, answer))

    def finish(self) -> None:
        columns = csv_table.columns([report for _, report in self._reports], self._view)
        self._out.write(csv_table.header_line(columns))
        for one, report in self._reports:
            self._out.writelines(csv_table.row_lines(report, one.name, self._view, columns))


@contextmanager
def open_sink(form: Format, view: View, output: Path | None, inputs: Sequence[Input], stdout: TextIO) -> Iterator[Sink]:
    """The sink for these inputs. Raises InvalidOption where the format needs a folder and none was named."""
    several = len(inputs) > 1
    one_each = several and form.name in ONE_SOUND_ONLY
    if one_each and output is None:
        raise InvalidOption(f"{len(inputs)} files cannot share one {form.name} file; name a folder with --output.")
    if output is None:
        yield _stream_sink(stdout, form, view, several=several)
    elif one_each or output.is_dir():
        yield FolderSink(output, form, view)
    else:
        with output.open("w", encoding="utf-8", newline="") as out:
            yield _stream_sink(out, form, view, several=several)


def _stream_sink(out: TextIO, form: Format, view: View, *, several: bool) -> Sink:
    if form.name == "json" and several:
        return JsonArraySink(out, view)
    return CsvSink(out, view) if form.name == "csv" else TextSink(out, form, view)
