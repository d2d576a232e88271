"""NDJSON: one JSON object per line, so that the lines of many sounds can be sent as they come.

Every line ends in a newline and names its sound in `file`: first the chunks, last the report (or the error).
"""

from collections.abc import Mapping
from typing import Any

from service.formats.document import View
from service.formats.json_text import object_line
from service.formats.series import Series
from service.types import Report


def line(name: str, entry: Mapping[str, Any]) -> str:
    """`entry` is one of a Series."""
    return object_line({"file": name, **entry}) + "\n"


def error_line(name: str, problem: Mapping[str, object]) -> str:
    """Stands in the place of the report line where there is no report."""
    return line(name, {"error": dict(problem)})


def write(report: Report, name: str, view: View) -> str:
    series = Series(view, report.peaks, report.steps, has_tags=report.tags is not None)
    chunks = report.chunks if view.shows_chunks else ()
    return "".join(line(name, series.chunk(chunk)) for chunk in chunks) + line(name, series.report(report))
