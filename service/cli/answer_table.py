"""Answers as a table for a terminal."""

from dataclasses import replace

from rich.table import Table

from service.cli.answer import Answer
from service.cli.inputs import Input
from service.cli.plain_table import add_row, plain_table
from service.cli.stdout import Stdout
from service.formats.caption import caption, one_line
from service.types import Report, Scores, best


class TableSink:
    """One row a file; for a single file also its segments."""

    def __init__(self, stdout: Stdout, *, single: bool) -> None:
        self._stdout = stdout
        self._single = single
        self._reports: list[tuple[str, Report]] = []

    def take(self, one: Input, answer: Answer) -> None:
        if isinstance(answer, Report):
            self._reports.append((one.name, replace(answer, chunks=())))

    def finish(self) -> None:
        if not self._reports:
            return
        branches = list(self._reports[0][1].branches)
        table = plain_table("file", "label", "length", "gate", *branches, pad_edge=False)
        for name, report in self._reports:
            averages = [_top(report.branches[branch].probabilities) for branch in branches]
            add_row(table, name, report.label, _clock(report.audio.duration_seconds), _all(report.gate), *averages)
        self._stdout.show(table)
        if self._single:
            self._stdout.show("")
            self._stdout.show(_segments(self._reports[0][1]))
        for name, report in self._reports:
            for warning in report.audio.warnings:
                self._stdout.show(one_line(f"{name}: {warning}"), style="yellow")


def _segments(report: Report) -> Table:
    table = plain_table("start", "end", "label", "probability", pad_edge=False)
    for segment in report.segments:
        add_row(table, _clock(segment.start), _clock(segment.end), caption(segment), f"{segment.probability:.2f}")
    return table


def _top(scores: Scores | None) -> str:
    return f"{best(scores)} {scores[best(scores)]:.2f}" if scores else "-"


def _all(scores: Scores | None) -> str:
    return " ".join(f"{label} {score:.2f}" for label, score in scores.items()) if scores else "-"


def _clock(seconds: float) -> str:
    """h:mm:ss.s, without hours where there are none."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
