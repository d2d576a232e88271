"""Sinks that put all answers into one text, one after the other."""

from collections.abc import Callable
from dataclasses import replace

from service.cli.answer import Answer
from service.cli.inputs import Input
from service.errors import EarmarkError
from service.formats import csv_table, ndjson
from service.formats.catalogue import Format
from service.formats.document import View, document
from service.formats.json_text import layout
from service.types import Report

Write = Callable[[str], None]


class TextSink:
    """Formats whose files can simply follow each other; NDJSON also has a line for what failed."""

    def __init__(self, write: Write, form: Format, view: View) -> None:
        self._write = write
        self._form = form
        self._view = view
        self.answered = False

    def take(self, one: Input, answer: Answer) -> None:
        if not isinstance(answer, EarmarkError):
            self._write(self._form.write(answer, one.name, self._view))
        elif self._form.name == "ndjson":
            self._write(ndjson.error_line(one.name, answer.problem()))
        else:
            return
        self.answered = True

    def finish(self) -> None:
        pass


class JsonArraySink:
    """Several answers as one JSON array, each with its `file`, and the failed ones with their `error`."""

    def __init__(self, write: Write, view: View) -> None:
        self._write = write
        self._view = view
        self.answered = False

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, EarmarkError):
            body = {"file": one.name, "error": answer.problem()}
        else:
            body = {"file": one.name, **document(answer, self._view)}
        self._write((",\n" if self.answered else "[\n") + layout(body).rstrip("\n"))
        self.answered = True

    def finish(self) -> None:
        self._write("\n]\n" if self.answered else "[]\n")


class CsvSink:
    """One table: its columns are known when the last report is."""

    def __init__(self, write: Write, view: View) -> None:
        self._write = write
        self._view = view
        self._reports: list[tuple[Input, Report]] = []

    @property
    def answered(self) -> bool:
        return bool(self._reports)

    def take(self, one: Input, answer: Answer) -> None:
        if not isinstance(answer, EarmarkError):
            # Chunks and steps are nearly all of a report, and reports of many files are held here.
            chunks = answer.chunks if self._view.shows_chunks else ()
            self._reports.append((one, replace(answer, chunks=chunks, steps=None)))

    def finish(self) -> None:
        columns = csv_table.columns([report for _, report in self._reports], self._view)
        self._write(csv_table.header_line(columns))
        for one, report in self._reports:
            self._write("".join(csv_table.row_lines(report, one.name, self._view, columns)))


StreamSink = TextSink | JsonArraySink | CsvSink
"""`answered` says whether anything was put into the text: without, there is no reason to replace an old one."""


def stream_sink(write: Write, form: Format, view: View, *, several: bool) -> StreamSink:
    if form.name == "json" and several:
        return JsonArraySink(write, view)
    return CsvSink(write, view) if form.name == "csv" else TextSink(write, form, view)
