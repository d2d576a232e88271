"""The timeline of one sound for a terminal: a sparkline for each of the gate's labels, the segments, the time."""

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from service.cli.clock import whole_clock
from service.cli.ribbon import Legend, ribbon
from service.cli.screen import Screen
from service.cli.sparkline import levels, said_of, sparkline
from service.formats.caption import caption, one_line
from service.types import Report

MIN_COLUMNS = 20
"""With fewer, nothing can be told from a lane."""
_TICK_COLUMNS = 12
_TICK_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_GAP = 2
_RIBBON_NAME = "label"


def lanes(report: Report, screen: Screen) -> RenderableType | None:
    """None where there is no room, or no time at all."""
    labels = list(next((chunk.gate for chunk in report.chunks if chunk.gate), {}))
    margin = max(len(one_line(name)) for name in (*labels, _RIBBON_NAME)) + _GAP
    width = screen.width - margin
    if width < MIN_COLUMNS or not report.segments:
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
