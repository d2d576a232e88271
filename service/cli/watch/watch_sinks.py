"""Where the answers about files go that come one by one, nobody knows how many."""

from pathlib import Path

from service.audio.sound_folder import is_sound
from service.cli.answer import Answer
from service.cli.clock import clock
from service.cli.folder_sink import FolderSink
from service.cli.inputs import Input
from service.cli.stdout import Stdout
from service.cli.stream_sinks import Write
from service.errors import InvalidOption
from service.formats import csv_table
from service.formats.caption import one_line
from service.formats.catalogue import Format
from service.formats.document import View
from service.inference.lineup import served_lineup
from service.inference.store import ModelStore
from service.types import Report

_LENGTH_COLUMNS, _LABEL_COLUMNS = 9, 24


class GrowingFolder:
    """A file for each, named as `classify --output FOLDER/` does; a newer answer takes the place of an older one."""

    def __init__(self, folder: Path, form: Format, view: View) -> None:
        """Raises InvalidOption if the folder is none and cannot be made."""
        self._folder = folder
        self._form = form
        self._view = view
        FolderSink(folder, form, view, [])

    def take(self, one: Input, answer: Answer) -> None:
        sink = FolderSink(self._folder, self._form, self._view, [one])
        for target in sink.targets.values():
            if target.exists() and is_sound(target):
                raise InvalidOption(f"--output would overwrite {target}, which is a sound.")
        sink.take(one, answer)

    def finish(self) -> None:
        pass


class CsvRows:
    """One table that grows; its columns are known from the models."""

    def __init__(self, write: Write, view: View, models: ModelStore) -> None:
        """Raises ModelError if the models cannot be read."""
        lineup = served_lineup(models)
        self._write = write
        self._view = view
        self._columns = csv_table.columns_for(lineup.labels, view, has_tags=lineup.decisions.has_tags)
        write(csv_table.header_line(self._columns))

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, Report):
            self._write("".join(csv_table.row_lines(answer, one.name, self._view, self._columns)))

    def finish(self) -> None:
        pass


class Lines:
    """A line a file, for who looks on: length, label, name."""

    def __init__(self, stdout: Stdout) -> None:
        self._stdout = stdout

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, Report):
            length = clock(answer.audio.duration_seconds).rjust(_LENGTH_COLUMNS)
            self._stdout.show(one_line(f"{length}  {answer.label:<{_LABEL_COLUMNS}}  {one.name}"))

    def finish(self) -> None:
        pass
