"""Standard output: always UTF-8, and a sentence where it cannot be written."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, RenderableType

from service.cli.exits import output_errors
from service.errors import InvalidOption

_ANY_WIDTH = 10_000
_WITHOUT_BLOCKS = {"linux", "dumb"}
"""Terminals by TERM: the console's font has no eighths of a block."""


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


@dataclass(frozen=True, slots=True)
class Screen:
    """What the terminal that an answer goes to can show."""

    width: int
    """Columns."""
    blocks: bool
    """Whether it has characters such as ▁ and █; otherwise plain ASCII must do."""
    colours: bool


def shows_blocks(encoding: str) -> bool:
    """`encoding` is that of the locale: what is written in UTF-8 all the same would be garbage there."""
    return encoding.lower().replace("-", "") == "utf8" and os.environ.get("TERM") not in _WITHOUT_BLOCKS
