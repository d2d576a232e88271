"""The whole answer, as a user gets it: the report of a file, written as JSON."""

from pathlib import Path

from service.engine import Engine
from service.formats import json_text
from service.formats.document import View
from service.types import Report


def whole_answer(engine: Engine, path: Path) -> Report:
    report = engine.analyse(path)
    json_text.write(report, path.name, View())
    return report


def check_work(report: Report) -> None:
    """What is timed is the full price: no chunk was silent, and two models heard each."""
    assert report.chunks
    for chunk in report.chunks:
        heard = [name for name, scores in chunk.branches.items() if scores is not None]
        assert chunk.gate is not None, f"silent at {chunk.start} s"
        assert len(heard) == 1, f"heard by {heard} at {chunk.start} s"
