"""Answers and models as tables for a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.cli.inputs import Input
from service.errors import BrokenPackage, EarmarkError
from service.inference.package import Package
from service.timeline.averages import best
from service.types import Report, Scores

Answer = Report | EarmarkError


class TableSink:
    """One row a file; for a single file also its segments."""

    def __init__(self, console: Console, *, single: bool) -> None:
        self._console = console
        self._single = single
        self._rows: list[tuple[str, Answer]] = []

    def take(self, one: Input, answer: Answer) -> None:
        self._rows.append((one.name, answer))

    def finish(self) -> None:
        reports = [answer for _, answer in self._rows if isinstance(answer, Report)]
        branches = list(reports[0].branches) if reports else []
        table = Table("file", "label", "length", "gate", *branches, box=None, pad_edge=False, header_style="bold")
        for name, answer in self._rows:
            if isinstance(answer, Report):
                averages = [_top(answer.branches[branch].probabilities) for branch in branches]
                table.add_row(
                    escape(name), answer.label, _clock(answer.audio.duration_seconds), _all(answer.gate), *averages
                )
        if reports:
            self._console.print(table)
        for report in reports if self._single else ():
            self._console.print()
            self._console.print(_segments(report))
        for name, answer in self._rows:
            if isinstance(answer, Report):
                for warning in answer.audio.warnings:
                    self._console.print(f"[yellow]{escape(name)}: {escape(warning)}[/yellow]", highlight=False)


def models_table(packages: Sequence[Package | BrokenPackage]) -> Table:
    table = Table("model", "task", "labels", "front-end", "chunk", "metrics", box=None, header_style="bold")
    for package in packages:
        if isinstance(package, BrokenPackage):
            table.add_row("[red]broken[/red]", escape(package.detail))
            continue
        manifest = package.manifest
        front_end = f"{manifest.front_end.kind} {manifest.frames}x{manifest.front_end.bins}"
        metrics = "\n".join(f"{metric.name} {metric.value:.3f} ({metric.split})" for metric in manifest.metrics)
        table.add_row(
            manifest.reference,
            escape(manifest.task),
            escape(_few(manifest.labels)),
            f"{front_end} at {manifest.front_end.sample_rate} Hz",
            f"{manifest.chunk_seconds:g} s",
            escape(metrics),
        )
    return table


def _segments(report: Report) -> Table:
    table = Table("start", "end", "label", "probability", box=None, pad_edge=False, header_style="bold")
    for segment in report.segments:
        label = f"{segment.label}/{segment.detail}" if segment.detail else segment.label
        table.add_row(_clock(segment.start), _clock(segment.end), escape(label), f"{segment.probability:.2f}")
    return table


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
