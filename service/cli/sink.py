"""Where answers go: stdout, one file for all of them, or a file of its own for each in a folder."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from service.cli.answer import Answer
from service.cli.folder_sink import FolderSink
from service.cli.inputs import Input
from service.cli.stdout import Stdout
from service.cli.stream_sinks import stream_sink
from service.cli.target import open_target
from service.errors import InvalidOption
from service.formats.catalogue import Format
from service.formats.document import View

ONE_SOUND_ONLY = {"audacity", "textgrid", "vtt"}
"""Formats that have no place for a second sound: several inputs need a folder."""


class Sink(Protocol):
    """Takes the answers in the order of the inputs."""

    def take(self, one: Input, answer: Answer) -> None: ...

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
        with open_target(Path(output)) as target:
            sink = stream_sink(target.write, form, view, several=several)
            yield sink
            if sink.answered:
                target.keep()


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
