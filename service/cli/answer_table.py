"""Answers as a table for a terminal, with pictures of how they change over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from service.cli.inputs import Input, ReportOrError
from service.cli.readable import add_row, clock, plain_table
from service.cli.stdout import Screen, Stdout
from service.cli.timeline_picture import Legend, lanes, ribbon
from service.formats.caption import caption, one_line
from service.types import LabelProbability, Report, Scores, best

MIN_RIBBON_COLUMNS = 12
"""A shorter ribbon shows no more than the label does."""
MAX_RIBBON_COLUMNS = 32
MAX_TAGS_IN_A_ROW = 2
_GAP = 2


class TableSink:
    """One row a file; for a single file also its shares, tags and segments. On a terminal, a timeline or a ribbon."""

    def __init__(self, stdout: Stdout, *, single: bool) -> None:
        self._stdout = stdout
        self._single = single
        self._reports: list[tuple[str, Report]] = []

    def take(self, one: Input, answer: ReportOrError) -> None:
        if isinstance(answer, Report):
            keeps_chunks = self._single and self._stdout.screen
            self._reports.append((one.name, answer if keeps_chunks else replace(answer, chunks=(), steps=None)))

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
        self._stdout.show(f"Of the time: {_percents(report.shares) or '-'}")
        if report.tags is not None:
            self._stdout.show(one_line(f"Tags: {_tags(report.tags) or '-'}"))
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
        has_tags = not self._single and self._reports[0][1].tags is not None
        more = [*(["tags"] if has_tags else []), *(["over time"] if ribbons else [])]
        table = plain_table("file", "label", "length", "shares", *branches, *more, pad_edge=False)
        table.columns[1].no_wrap = True  # where it is narrow, names are broken rather than labels
        for number, (name, report) in enumerate(self._reports):
            gate = {label: report.shares[label] for label in report.gate or ()}
            averages = [_top(report.branches[branch].probabilities) for branch in branches]
            tags = [_tags((report.tags or ())[:MAX_TAGS_IN_A_ROW]) or "-"] if has_tags else []
            cells = (clock(report.audio.duration_seconds), _percents(gate) or "-", *averages, *tags)
            add_row(table, name, report.label, *cells, *ribbons[number : number + 1])
        return table

    def _ribbons(self, width: int, screen: Screen, legend: Legend) -> list[Text]:
        """Without details: the few labels of the gate's outcomes are all that a short ribbon can show."""
        named = [[(segment, segment.label) for segment in report.segments] for _, report in self._reports]
        return [ribbon(segments, width, screen, legend) for segments in named]


def _segments(report: Report) -> Table:
    has_tags = report.tags is not None
    table = plain_table("start", "end", "label", "probability", *(["tags"] if has_tags else []), pad_edge=False)
    for segment in report.segments:
        cells = (clock(segment.start), clock(segment.end), caption(segment), f"{segment.probability:.2f}")
        add_row(table, *cells, *(["; ".join(tag.label for tag in segment.tags or ())] if has_tags else []))
    return table


def _top(scores: Scores | None) -> str:
    return f"{best(scores)} {scores[best(scores)]:.2f}" if scores else "-"


def _percents(shares: Mapping[str, float]) -> str:
    """Without what rounds to nothing."""
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if share >= 0.005)


def _tags(tags: Iterable[LabelProbability]) -> str:
    return ", ".join(f"{tag.label} {tag.probability:.2f}" for tag in tags)
