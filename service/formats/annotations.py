"""Formats that mark segments of time: Audacity labels, RTTM and WebVTT."""

import html
import re

from service.formats.caption import caption, one_line
from service.formats.document import View
from service.formats.rounding import milliseconds
from service.types import SILENCE, Report, Segment

_ARROW = re.compile("--+>")


def write_audacity(report: Report, _name: str, _view: View) -> str:
    """Start, end (seconds) and label of each segment, separated by tabs. A segment of no length becomes a point label.

    No segments make an empty file: Audacity rejects an empty line."""
    return "".join(f"{segment.start:.6f}\t{segment.end:.6f}\t{caption(segment)}\n" for segment in report.segments)


def write_rttm(report: Report, name: str, _view: View) -> str:
    """RTTM, the rich transcription time marks of NIST, for tools that score diarization: a line per segment that sounds
    and lasts. Silence is what is left over, as these tools expect it."""
    file_id = _rttm_field(name) or "sound"
    return "".join(
        _rttm_line(file_id, segment)
        for segment in report.segments
        if segment.label != SILENCE and milliseconds(segment.end) > milliseconds(segment.start)
    )


def _rttm_line(file_id: str, segment: Segment) -> str:
    start = milliseconds(segment.start)
    # From the rounded ends, so that segments that touch still touch.
    duration = milliseconds(segment.end) - start
    label = _rttm_field(segment.label) or "<NA>"
    return (
        f"SPEAKER {file_id} 1 {start / 1000:.3f} {duration / 1000:.3f} "
        f"<NA> <NA> {label} {segment.probability:.6f} <NA>\n"
    )


def _rttm_field(text: str) -> str:
    """Fields are separated by white space, so they hold none."""
    return "_".join(one_line(text).split())


def write_vtt(report: Report, name: str, _view: View) -> str:
    """WebVTT: a cue per segment, so that a player shows what is heard while it is heard. A segment of no length has no
    cue: a cue has to end after it starts."""
    # An arrow within a comment would make a cue of it.
    note = f"NOTE {_ARROW.sub('->', one_line(name))}".rstrip()
    cues = [_vtt_cue(segment) for segment in report.segments if milliseconds(segment.end) > milliseconds(segment.start)]
    return "\n\n".join(["WEBVTT", note, *cues]) + "\n"


def _vtt_cue(segment: Segment) -> str:
    text = html.escape(caption(segment), quote=False)
    return f"{_vtt_time(segment.start)} --> {_vtt_time(segment.end)}\n{text} {segment.probability:.2f}"


def _vtt_time(seconds: float) -> str:
    """HH:MM:SS.mmm; hours take more than two digits where they need them."""
    whole_seconds, thousandths = divmod(milliseconds(seconds), 1000)
    whole_minutes, second = divmod(whole_seconds, 60)
    hour, minute = divmod(whole_minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}.{thousandths:03d}"
