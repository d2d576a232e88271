"""Where answers go: stdout, one file for all of them, or a folder with a file for each."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Protocol

from service.cli.exits import output_errors
from service.cli.inputs import Input, ReportOrError
from service.cli.output_file import open_output_file
from service.cli.stdout import Stdout
from service.errors import EarmarkError, InvalidOption
from service.formats import csv_table, ndjson
from service.formats.catalogue import Format
from service.formats.document import View, document
from service.formats.json_text import layout
from service.types import Report

Write = Callable[[str], None]


ONE_SOUND_ONLY = {"audacity", "textgrid", "vtt"}
"""Formats whose files have room for one sound: several inputs need a folder."""


class Sink(Protocol):
    """Takes the answers in the order of the inputs."""

    def take(self, one: Input, answer: ReportOrError) -> None: ...

    def finish(self) -> None: ...


@contextmanager
def open_sink(form: Format, view: View, output: str | None, inputs: Sequence[Input]) -> Iterator[Sink]:
    """The sink for these inputs; `output` is a folder if it is one, or ends in a slash, or has to be one.

    Raises InvalidOption where the format needs a folder and none was named, where the output is one of the inputs, and
    where it cannot be written.
    """
    several = len(inputs) > 1
    one_each = several and form.name in ONE_SOUND_ONLY
    if one_each and output is None:
        raise InvalidOption(f"{len(inputs)} files cannot share one {form.name} file; name a folder with --output.")
    if output is None:
        yield stream_sink(Stdout().write, form, view, several=several)
    elif one_each or output.endswith(os.sep) or os.path.isdir(output):  # noqa: PTH112 - Path.is_dir raises
        folder = FolderSink(Path(output), form, view, inputs)
        _refuse_inputs(folder.targets.values(), inputs)
        yield folder
    else:
        _refuse_inputs([Path(output)], inputs)
        with open_output_file(Path(output)) as file:
            sink = stream_sink(file.write, form, view, several=several)
            yield sink
            if sink.answered:
                file.keep()


def _refuse_inputs(outputs: Iterable[Path], inputs: Sequence[Input]) -> None:
    sounds = {_identity(one.path) for one in inputs} - {None}
    for output in outputs:
        if _identity(output) in sounds:
            raise InvalidOption(f"--output would overwrite {output}, which is one of the files to listen to.")


def _identity(path: Path) -> tuple[int, int] | None:
    """The same for every name of a file; None for what is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class TextSink:
    """Formats whose files can simply follow each other. NDJSON also gets a line for each file that failed."""

    def __init__(self, write: Write, form: Format, view: View) -> None:
        self._write = write
        self._form = form
        self._view = view
        self.answered = False

    def take(self, one: Input, answer: ReportOrError) -> None:
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
    """Several answers as one JSON array, each with its `file`; where it failed, `error` instead of the answer."""

    def __init__(self, write: Write, view: View) -> None:
        self._write = write
        self._view = view
        self.answered = False

    def take(self, one: Input, answer: ReportOrError) -> None:
        if isinstance(answer, EarmarkError):
            body = {"file": one.name, "error": answer.problem()}
        else:
            body = {"file": one.name, **document(answer, self._view)}
        self._write((",\n" if self.answered else "[\n") + layout(body).rstrip("\n"))
        self.answered = True

    def finish(self) -> None:
        self._write("\n]\n" if self.answered else "[]\n")


class CsvSink:
    """One table. Its columns are known only with the last report, so that all are kept until then."""

    def __init__(self, write: Write, view: View) -> None:
        self._write = write
        self._view = view
        self._reports: list[tuple[Input, Report]] = []

    @property
    def answered(self) -> bool:
        return bool(self._reports)

    def take(self, one: Input, answer: ReportOrError) -> None:
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
"""`answered` says whether anything was written: if nothing was, the old file stays as it is."""


def stream_sink(write: Write, form: Format, view: View, *, several: bool) -> StreamSink:
    if form.name == "json" and several:
        return JsonArraySink(write, view)
    return CsvSink(write, view) if form.name == "csv" else TextSink(write, form, view)


class FolderSink:
    """`folder/song.mp3.json` for `song.mp3`. A file that failed gets no answer; its error is on the terminal."""

    def __init__(self, folder: Path, form: Format, view: View, inputs: Sequence[Input]) -> None:
        if os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises
            raise InvalidOption(f"--output {folder} is a file; a folder is needed here.")
        self._form = form
        self._view = view
        self.targets = {
            one: folder / name.with_name(f"{name.name}.{form.extension}")
            for one, name in zip(inputs, _output_names(inputs), strict=True)
        }
        with output_errors(f"--output {folder}"):
            folder.mkdir(parents=True, exist_ok=True)

    def take(self, one: Input, answer: ReportOrError) -> None:
        if isinstance(answer, EarmarkError):
            return
        path = self.targets[one]
        with output_errors(str(path.parent)):
            path.parent.mkdir(parents=True, exist_ok=True)
        with open_output_file(path) as file:
            file.write(self._form.write(answer, one.name, self._view))
            file.keep()

    def finish(self) -> None:
        pass


def _output_names(inputs: Sequence[Input]) -> list[PurePath]:
    """No two alike, and none outside of the folder: each input's own name; where two are alike, every name with its
    folders below the folder that all share."""
    names = [one.output_name for one in inputs]
    if len(set(names)) == len(names):
        return names
    parents = [os.path.realpath(one.path.parent) for one in inputs]
    shared = os.path.commonpath(parents)
    return [PurePath(parent).relative_to(shared) / one.path.name for parent, one in zip(parents, inputs, strict=True)]
