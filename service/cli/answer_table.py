"""Answers as a table for a terminal, with pictures of how they change over time."""

from collections.abc import Sequence
from dataclasses import replace

from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from service.cli.answer import Answer
from service.cli.clock import clock
from service.cli.inputs import Input
from service.cli.lanes import lanes
from service.cli.plain_table import add_row, plain_table
from service.cli.ribbon import Legend, ribbon
from service.cli.screen import Screen
from service.cli.stdout import Stdout
from service.formats.caption import caption, one_line
from service.types import Report, Scores, best

MIN_RIBBON_COLUMNS = 12
"""A shorter ribbon shows no more than the label does."""
MAX_RIBBON_COLUMNS = 32
_GAP = 2


class TableSink:
    """One row a file; for a single file also its segments. On a terminal, a timeline or a ribbon for each."""

    def __init__(self, stdout: Stdout, *, single: bool) -> None:
        self._stdout = stdout
        self._single = single
        self._reports: list[tuple[str, Report]] = []

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, Report):
            keeps_chunks = self._single and self._stdout.screen
            self._reports.append((one.name, answer if keeps_chunks else replace(answer, chunks=())))

    def finish(self) -> None:
        if not self._reports:
            return
        if self._single:
            self._show_one(self._reports[0][1])
        else:
            self._show_all()
        for name, report in self._reports:
            for warning in report.audio.warnings:
                self._stdout.show(one_line(f"{name}: {warning}"), style="yellow")

    def _show_one(self, report: Report) -> None:
        self._stdout.show(self._table())
        self._stdout.show("")
        self._stdout.show(_segments(report))
        picture = lanes(report, self._stdout.screen) if self._stdout.screen else None
        if picture:
            self._stdout.show("")
            self._stdout.show(picture)

    def _show_all(self) -> None:
        table, screen = self._table(), self._stdout.screen
        width = screen.width - self._stdout.width_of(table) - _GAP if screen else 0
        if screen is None or width < MIN_RIBBON_COLUMNS:
            self._stdout.show(table)
            return
        legend = Legend(screen)
        self._stdout.show(self._table(self._ribbons(min(width, MAX_RIBBON_COLUMNS), screen, legend)))
        self._stdout.show(Columns(legend.entries(), padding=(0, 2)))

    def _table(self, ribbons: Sequence[Text] = ()) -> Table:
        branches = list(self._reports[0][1].branches)
        headers = ("file", "label", "length", "gate", *branches, *(["over time"] if ribbons else []))
        table = plain_table(*headers, pad_edge=False)
        table.columns[1].no_wrap = True  # where it is narrow, names are broken rather than labels
        for number, (name, report) in enumerate(self._reports):
            averages = [_top(report.branches[branch].probabilities) for branch in branches]
            numbers = (clock(report.audio.duration_seconds), _all(report.gate), *averages)
            add_row(table, name, report.label, *numbers, *ribbons[number : number + 1])
        return table

    def _ribbons(self, width: int, screen: Screen, legend: Legend) -> list[Text]:
        """Without details: the few labels of the gate's outcomes are all that a short ribbon can show."""
        named = [[(segment, segment.label) for segment in report.segments] for _, report in self._reports]
        return [ribbon(segments, width, screen, legend) for segments in named]


def _segments(report: Report) -> Table:
    table = plain_table("start", "end", "label", "probability", pad_edge=False)
    for segment in report.segments:
        add_row(table, clock(segment.start), clock(segment.end), caption(segment), f"{segment.probability:.2f}")
    return table


def _top(scores: Scores | None) -> str:
    return f"{best(scores)} {scores[best(scores)]:.2f}" if scores else "-"


def _all(scores: Scores | None) -> str:
    return " ".join(f"{label} {score:.2f}" for label, score in scores.items()) if scores else "-"
