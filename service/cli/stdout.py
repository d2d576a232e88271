"""Standard output: always UTF-8, and a sentence where it cannot be written to."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType

from service.cli.output_errors import output_errors
from service.errors import InvalidOption


def stdout_is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


class Stdout:
    """Text as it is, or tables and sentences as a terminal shows them. Raises InvalidOption if stdout is closed."""

    def __init__(self) -> None:
        self._stream = _open()
        self._console = Console(file=self._stream, markup=False, emoji=False, highlight=False)

    def write(self, text: str) -> None:
        with self._failing_once():
            self._stream.write(text)

    def show(self, what: RenderableType, style: str | None = None) -> None:
        """Tables are fitted to the terminal, sentences are not broken."""
        with self._failing_once():
            self._console.print(what, style=style, soft_wrap=isinstance(what, str))

    @contextmanager
    def _failing_once(self) -> Iterator[None]:
        try:
            with output_errors("stdout"):
                yield
                self._stream.flush()
        except InvalidOption:
            # Python flushes again when it ends, and would report the same failure in its own words.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            raise


def _open() -> TextIO:
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise InvalidOption("stdout is closed; name a file with --output, or leave stdout open.")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")
    return stream
