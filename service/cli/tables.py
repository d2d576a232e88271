"""Answers and models as tables for a terminal."""

from collections.abc import Sequence
from dataclasses import replace

from rich.table import Table
from rich.text import Text

from service.cli.answer import Answer
from service.cli.inputs import Input
from service.cli.stdout import Stdout
from service.errors import BrokenPackage
from service.formats.caption import caption, one_line
from service.inference.package import Package
from service.timeline.averages import best
from service.types import Report, Scores


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
        table = _table("file", "label", "length", "gate", *branches, pad_edge=False)
        for name, report in self._reports:
            averages = [_top(report.branches[branch].probabilities) for branch in branches]
            _add_row(table, name, report.label, _clock(report.audio.duration_seconds), _all(report.gate), *averages)
        self._stdout.show(table)
        if self._single:
            self._stdout.show("")
            self._stdout.show(_segments(self._reports[0][1]))
        for name, report in self._reports:
            for warning in report.audio.warnings:
                self._stdout.show(one_line(f"{name}: {warning}"), style="yellow")


def models_table(packages: Sequence[Package | BrokenPackage]) -> Table:
    table = _table("model", "task", "labels", "front-end", "chunk", "metrics")
    for package in packages:
        if isinstance(package, BrokenPackage):
            table.add_row(Text("broken", style="red"), Text(one_line(package.detail)))
            continue
        manifest = package.manifest
        _add_row(
            table,
            manifest.reference,
            manifest.task,
            _few(manifest.labels),
            f"{manifest.front_end.kind} {manifest.frames}x{manifest.front_end.bins} "
            f"at {manifest.front_end.sample_rate} Hz",
            f"{manifest.chunk_seconds:g} s",
            "\n".join(f"{metric.name} {metric.value:.3f} ({metric.split})" for metric in manifest.metrics),
        )
    return table


def _segments(report: Report) -> Table:
    table = _table("start", "end", "label", "probability", pad_edge=False)
    for segment in report.segments:
        _add_row(table, _clock(segment.start), _clock(segment.end), caption(segment), f"{segment.probability:.2f}")
    return table


def _table(*headers: str, pad_edge: bool = True) -> Table:
    table = Table(box=None, pad_edge=pad_edge, header_style="bold")
    for header in headers:
        table.add_column(_cell(header))
    return table


def _add_row(table: Table, *cells: str) -> None:
    table.add_row(*map(_cell, cells))


def _cell(text: str) -> Text:
    """The text as it is, not as markup, and without what would move the cursor."""
    return Text("\n".join(map(one_line, text.split("\n"))))


def _top(scores: Scores | None) -> str:
    return f"{best(scores)} {scores[best(scores)]:.2f}" if scores else "-"


def _all(scores: Scores | None) -> str:
    return " ".join(f"{label} {score:.2f}" for label, score in scores.items()) if scores else "-"


def _few(labels: Sequence[str], most: int = 12) -> str:
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more


def _clock(seconds: float) -> str:
    """h:mm:ss.s, without hours where there are none."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
