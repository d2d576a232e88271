"""What sinks hold on to while many files are analysed."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from service.cli.answer_table import TableSink
from service.cli.inputs import Input
from service.cli.sinks import CsvSink, Sink
from service.cli.stdout import Stdout
from service.formats.document import View
from tests.formats.reports import REPORT

SINKS: list[Callable[[], Sink]] = [
    lambda: CsvSink(print, View("summary")),
    lambda: CsvSink(print, View("segments")),
    lambda: TableSink(Stdout(), single=False),
]


@pytest.mark.parametrize("make", SINKS)
def test_chunks_that_are_not_shown_are_let_go(make: Callable[[], Sink]) -> None:
    chunks = tuple(REPORT.chunks[:1])
    before = sys.getrefcount(chunks)
    sink = make()
    sink.take(Input(Path("a"), "a", PurePath("a")), replace(REPORT, chunks=chunks))
    assert sys.getrefcount(chunks) == before


def test_chunks_that_are_shown_are_kept() -> None:
    lines: list[str] = []
    sink = CsvSink(lines.append, View("chunks"))
    sink.take(Input(Path("a"), "a", PurePath("a")), REPORT)
    sink.finish()
    assert len("".join(lines).splitlines()) == 1 + len(REPORT.chunks)
