"""Segments as one line of marks, each with its letter and colour, and the legend that says what they stand for."""

import string
from collections.abc import Sequence

from rich.text import Text

from service.cli.screen import Screen
from service.formats.caption import one_line
from service.types import SILENCE, Segment

_COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "white")
_LETTERS = string.ascii_uppercase + string.ascii_lowercase
_ANY_OTHER = "?"


class Legend:
    """Gives each name the next letter and colour; letters tell apart what colours do not."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._names: list[str] = []

    def letter(self, name: str) -> str:
        if name not in self._names:
            self._names.append(name)
        number = self._names.index(name)
        return _LETTERS[number] if number < len(_LETTERS) else _ANY_OTHER

    def style(self, name: str) -> str:
        if name == SILENCE or not self._screen.colours:
            return "dim" if self._screen.colours else ""
        return f"black on {_COLOURS[self._names.index(name) % len(_COLOURS)]}"

    def entries(self) -> list[Text]:
        """A letter in its colour and a name, each."""
        named = [Text.assemble((self.letter(name), self.style(name)), f" {name}") for name in self._names]
        others = len(named) - len(_LETTERS)
        return named if others <= 0 else [*named[: len(_LETTERS)], Text(f"{_ANY_OTHER} {others} more")]


def ribbon(segments: Sequence[tuple[Segment, str]], width: int, screen: Screen, legend: Legend) -> Text:
    """`width` columns for the time from the first start to the last end; what is too short for one is not seen."""
    text = Text(no_wrap=True)
    if not segments:
        return text
    start, end = segments[0][0].start, segments[-1][0].end
    column = 0
    for segment, name in segments:
        until = round((segment.end - start) / (end - start) * width)
        if until > column:
            letter = legend.letter(one_line(name))
            text.append((letter + _fill(screen) * width)[: until - column], legend.style(one_line(name)))
            column = until
    return text


def _fill(screen: Screen) -> str:
    """On a coloured ground the letter alone is easier to read."""
    if screen.colours:
        return " "
    return "─" if screen.blocks else "-"
