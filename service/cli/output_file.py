"""A file that is written beside its place and moves there when it is whole. Pipes and devices are written directly."""

import errno
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from service.cli.exits import output_errors
from service.errors import InvalidOption

_DESCRIPTOR = re.compile(r"/dev/(stdout|stderr|fd/\d+)|/proc/self/fd/\d+")
"""What the shell has opened, perhaps to append to: even a regular file behind it must not be replaced."""


class OutputFile:
    """Made by `open_output_file`. It takes its place only if `keep` is called."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self.kept = False

    def write(self, text: str) -> None:
        with output_errors(self._name):
            self._stream.write(text)
            self._stream.flush()

    def keep(self) -> None:
        self.kept = True


@contextmanager
def open_output_file(path: Path) -> Iterator[OutputFile]:
    """Leaves the file at `path` as it was, unless the block ends well and has called `keep`. Raises InvalidOption."""
    if _DESCRIPTOR.fullmatch(str(path)) or not _may_be_replaced(path):
        with output_errors(str(path)):
            stream = path.open("a", encoding="utf-8", newline="")
        with _closing(stream, str(path)):
            yield OutputFile(str(path), stream)
        return
    place = Path(os.path.realpath(path))  # a link stays a link
    if not os.path.isdir(place.parent):  # noqa: PTH112 - Path.is_dir raises where it may not look
        raise InvalidOption(f"{path} cannot be written: there is no folder {place.parent}.")
    beside = place.with_name(f".earmark-{uuid.uuid4().hex}")
    with output_errors(str(path)):
        stream = beside.open("x", encoding="utf-8", newline="")
    try:
        file = OutputFile(str(path), stream)
        with _closing(stream, str(path)):
            yield file
        if file.kept:
            with output_errors(str(path)):
                if place.exists():
                    shutil.copymode(place, beside)
                beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _closing(stream: TextIO, name: str) -> Iterator[None]:
    try:
        yield
    finally:
        with output_errors(name):
            stream.close()


def _may_be_replaced(path: Path) -> bool:
    """True for a regular file and for what does not exist yet."""
    with output_errors(str(path)):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return True
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return stat.S_ISREG(mode)
