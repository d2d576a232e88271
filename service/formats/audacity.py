"""Audacity labels: start, end (seconds) and label of each segment, separated by tabs."""

from service.formats.caption import caption
from service.formats.document import View
from service.types import Report


def write(report: Report, _name: str, _view: View) -> str:
    """A segment of no length becomes a point label. No segments make an empty file: Audacity rejects an empty line."""
    return "".join(f"{segment.start:.6f}\t{segment.end:.6f}\t{caption(segment)}\n" for segment in report.segments)
