"""RTTM, the rich transcription time marks of NIST: what sounds when, for the tools that score diarization."""

from service.formats.caption import one_line
from service.formats.document import View
from service.formats.rounding import milliseconds
from service.types import SILENCE, Report, Segment


def write(report: Report, name: str, _view: View) -> str:
    """A line per segment that sounds and lasts. Silence is what is left over, as scoring tools expect it."""
    file_id = _field(name) or "sound"
    return "".join(
        _line(file_id, segment)
        for segment in report.segments
        if segment.label != SILENCE and milliseconds(segment.end) > milliseconds(segment.start)
    )


def _line(file_id: str, segment: Segment) -> str:
    start = milliseconds(segment.start)
    # From the rounded ends, so that segments that touch still touch.
    duration = milliseconds(segment.end) - start
    label = _field(segment.label) or "<NA>"
    return (
        f"SPEAKER {file_id} 1 {start / 1000:.3f} {duration / 1000:.3f} "
        f"<NA> <NA> {label} {segment.probability:.6f} <NA>\n"
    )


def _field(text: str) -> str:
    """Fields are separated by white space, so they hold none."""
    return "_".join(one_line(text).split())
