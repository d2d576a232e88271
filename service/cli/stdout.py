"""Standard output: always UTF-8, and a sentence where it cannot be written to."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType

from service.cli.output_errors import output_errors
from service.cli.screen import Screen, shows_blocks
from service.errors import InvalidOption

_ANY_WIDTH = 10_000


def stdout_is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


class Stdout:
    """Text as it is, or tables and sentences as a terminal shows them. Raises InvalidOption if stdout is closed."""

    def __init__(self) -> None:
        stream = _open()
        blocks = shows_blocks(stream.encoding)
        self._stream = _as_utf8(stream)
        self._console = Console(file=self._stream, markup=False, emoji=False, highlight=False)
        has_colours = self._console.color_system is not None and not self._console.no_color
        self.screen = Screen(self._console.width, blocks, has_colours) if self._console.is_terminal else None
        """None where stdout is no terminal."""

    def write(self, text: str) -> None:
        with self._failing_once():
            self._stream.write(text)

    def show(self, what: RenderableType, style: str | None = None) -> None:
        """Tables are fitted to the terminal, sentences are not broken."""
        with self._failing_once():
            self._console.print(what, style=style, soft_wrap=isinstance(what, str))

    def width_of(self, what: RenderableType) -> int:
        """Columns that it takes if nothing of it is broken into lines."""
        return self._console.measure(what, options=self._console.options.update(max_width=_ANY_WIDTH)).maximum

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
    return stream


def _as_utf8(stream: TextIO) -> TextIO:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")
    return stream
