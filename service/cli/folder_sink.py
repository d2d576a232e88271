"""A folder that gets a file of its own for each answer."""

import os
from collections.abc import Sequence
from pathlib import Path

from service.cli.answer import Answer
from service.cli.inputs import Input
from service.cli.output_errors import output_errors
from service.cli.output_names import output_names
from service.cli.target import open_target
from service.errors import EarmarkError, InvalidOption
from service.formats.catalogue import Format
from service.formats.document import View


class FolderSink:
    """`folder/song.mp3.json` for `song.mp3`. A file that failed gets none; its error is on the terminal."""

    def __init__(self, folder: Path, form: Format, view: View, inputs: Sequence[Input]) -> None:
        if os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises
            raise InvalidOption(f"--output {folder} is a file; a folder is needed here.")
        self._form = form
        self._view = view
        self.targets = {
            one: folder / name.with_name(f"{name.name}.{form.extension}")
            for one, name in zip(inputs, output_names(inputs), strict=True)
        }
        with output_errors(f"--output {folder}"):
            folder.mkdir(parents=True, exist_ok=True)

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, EarmarkError):
            return
        path = self.targets[one]
        with output_errors(str(path.parent)):
            path.parent.mkdir(parents=True, exist_ok=True)
        with open_target(path) as target:
            target.write(self._form.write(answer, one.name, self._view))
            target.keep()

    def finish(self) -> None:
        pass
