"""NDJSON: one JSON object per line, so that the lines of many sounds can be sent as they come.

Every line ends in a newline and names its sound in `file`: first the chunks, last the report (or the error).
"""

from collections.abc import Mapping
from dataclasses import replace

from service.formats.document import View, chunk_document, document
from service.formats.json_text import dump
from service.types import Chunk, Report


def chunk_line(name: str, chunk: Chunk, view: View) -> str:
    return dump({"file": name, "chunk": chunk_document(chunk, view)}) + "\n"


def report_line(name: str, report: Report, view: View) -> str:
    """The report without its chunks, which have lines of their own."""
    without_chunks = replace(view, detail="segments") if view.detail == "chunks" else view
    return dump({"file": name, **document(report, without_chunks)}) + "\n"


def error_line(name: str, problem: Mapping[str, object]) -> str:
    """Stands in the place of the report line where there is no report."""
    return dump({"file": name, "error": dict(problem)}) + "\n"


def write(report: Report, name: str, view: View) -> str:
    chunks = report.chunks if view.detail == "chunks" else ()
    return "".join(chunk_line(name, chunk, view) for chunk in chunks) + report_line(name, report, view)
