"""The timeline of one sound for a terminal.

The gate's labels have a sparkline each; the segments make a ribbon with a letter and a colour for each name, and a
legend says what the letters mean.
"""

import math
import string
from collections.abc import Iterable, Iterator, Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from service.cli.readable import whole_clock
from service.cli.stdout import Screen
from service.formats.caption import caption, one_line
from service.types import SILENCE, Report, Segment

MIN_LANE_COLUMNS = 20
"""In fewer, a lane shows nothing."""
_TICK_COLUMNS = 12
_TICK_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_GAP = 2
_RIBBON_NAME = "label"
_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = ".:-=+*%#"
_SILENT = " "
_COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "white")
_LETTERS = string.ascii_uppercase + string.ascii_lowercase
_ANY_OTHER = "?"

Said = tuple[float, float, float]
"""From second, to second, a probability."""


def lanes(report: Report, screen: Screen) -> RenderableType | None:
    """The whole picture; None where there is no room, or no time at all."""
    labels = list(next((chunk.gate for chunk in report.chunks if chunk.gate), {}))
    margin = max(len(one_line(name)) for name in (*labels, _RIBBON_NAME)) + _GAP
    width = screen.width - margin
    if width < MIN_LANE_COLUMNS or not report.segments:
        return None
    start, end = report.segments[0].start, report.segments[-1].end
    rows: list[RenderableType] = []
    for label in labels:
        heights = sparkline(levels(said_of(report, label), start, end, width), blocks=screen.blocks)
        rows.append(_row(label, margin, Text(heights, "cyan" if screen.colours else "")))
    legend = Legend(screen)
    named = [(segment, caption(segment)) for segment in report.segments]
    rows.append(_row(_RIBBON_NAME, margin, ribbon(named, width, screen, legend)))
    rows.append(_row("", margin, Text(_axis(start, end, width))))
    rows.append(Padding(Columns(legend.entries(), padding=(0, _GAP)), (0, 0, 0, margin)))
    return Group(*rows)


def _row(name: str, margin: int, lane: Text) -> Text:
    row = Text(one_line(name).ljust(margin), no_wrap=True, overflow="crop")
    return row.append_text(lane)


def _axis(start: float, end: float, width: int) -> str:
    """Times at round seconds, each beginning at its column."""
    seconds_a_column = (end - start) / width
    wanted = _TICK_COLUMNS * seconds_a_column
    step = next((seconds for seconds in _TICK_SECONDS if seconds >= wanted), wanted)
    line, tick = "", -(-start // step) * step
    while tick < end:
        mark = whole_clock(tick)
        column = round((tick - start) / seconds_a_column)
        if column + len(mark) <= width:
            line = line.ljust(column) + mark
        tick += step
    return line


def said_of(report: Report, label: str) -> Iterator[Said]:
    """What the gate says of a label where it is not silent: step by step if it speaks in steps, else chunk by chunk."""
    if report.steps is None:
        yield from ((chunk.start, chunk.end, chunk.gate[label]) for chunk in report.chunks if chunk.gate is not None)
        return
    steps = report.steps
    for number, probability in enumerate(steps.values[:, steps.labels.index(label)].tolist()):
        if not math.isnan(probability):
            start = steps.start + number * steps.step_seconds
            yield start, start + steps.step_seconds, probability


def levels(said: Iterable[Said], start: float, end: float, width: int) -> list[float | None]:
    """`width` means over equal stretches of [start, end] seconds, weighted by time; None where nothing is said."""
    step = (end - start) / width
    sums, seconds = [0.0] * width, [0.0] * width
    for begun, over, probability in said:
        first, last = int((begun - start) / step), int((over - start) / step)
        for column in range(max(0, first), min(width - 1, last) + 1):
            left = start + column * step
            shared = min(over, left + step) - max(begun, left)
            if shared > 0:
                sums[column] += shared * probability
                seconds[column] += shared
    return [total / time if time else None for total, time in zip(sums, seconds, strict=True)]


def sparkline(probabilities: Sequence[float | None], *, blocks: bool) -> str:
    """A character for each column: eight heights, from 0 to 1."""
    heights = _BLOCKS if blocks else _ASCII
    return "".join(
        _SILENT if probability is None else heights[min(len(heights) - 1, int(probability * len(heights)))]
        for probability in probabilities
    )


class Legend:
    """Gives each name the next letter and colour. There are more letters than colours."""

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
    """`width` columns for the time from the first start to the last end; what is too short for a column is left out."""
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
