"""WebVTT: a cue per segment, so that a player shows what is heard while it is heard."""

import html
import re

from service.formats.caption import caption, one_line
from service.formats.document import View
from service.formats.rounding import milliseconds
from service.types import Report, Segment

_ARROW = re.compile("--+>")


def write(report: Report, name: str, _view: View) -> str:
    """A segment of no length has no cue: a cue has to end after it starts."""
    # An arrow within a comment would make a cue of it.
    note = f"NOTE {_ARROW.sub('->', one_line(name))}".rstrip()
    cues = [_cue(segment) for segment in report.segments if milliseconds(segment.end) > milliseconds(segment.start)]
    return "\n\n".join(["WEBVTT", note, *cues]) + "\n"


def _cue(segment: Segment) -> str:
    text = html.escape(caption(segment), quote=False)
    return f"{_timestamp(segment.start)} --> {_timestamp(segment.end)}\n{text} {segment.probability:.2f}"


def _timestamp(seconds: float) -> str:
    """HH:MM:SS.mmm; hours take more than two digits where they need them."""
    whole_seconds, thousandths = divmod(milliseconds(seconds), 1000)
    whole_minutes, second = divmod(whole_seconds, 60)
    hour, minute = divmod(whole_minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}.{thousandths:03d}"
