"""Praat TextGrid in the long text format: an interval tier of the labels and one of the details."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.formats.caption import one_line
from service.formats.document import View
from service.formats.rounding import milliseconds
from service.types import Report


@dataclass(frozen=True, slots=True)
class Interval:
    """Times are whole milliseconds, so that the end of one interval is exactly the start of the next."""

    start: int
    end: int
    label: str = ""
    detail: str = ""


def intervals(report: Report) -> list[Interval]:
    """The segments that last, and empty intervals wherever there is none: they cover the sound without a gap."""
    last_end = max((segment.end for segment in report.segments), default=0.0)
    # Praat opens no TextGrid of no length.
    total = max(milliseconds(report.audio.duration_seconds), milliseconds(last_end), 1)
    return list(_covering(report, total))


def write(report: Report, _name: str, _view: View) -> str:
    spans = intervals(report)
    tiers = (("label", [span.label for span in spans]), ("detail", [span.detail for span in spans]))
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", *_bounds(0, spans[-1].end)]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, texts) in enumerate(tiers, start=1):
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f'        name = "{name}"']
        lines += _bounds(0, spans[-1].end, indent=8)
        lines.append(f"        intervals: size = {len(spans)}")
        for index, (span, text) in enumerate(zip(spans, texts, strict=True), start=1):
            lines.append(f"        intervals [{index}]:")
            lines += [*_bounds(span.start, span.end, indent=12), f"            text = {_quoted(text)}"]
    return "\n".join(lines) + "\n"


def _covering(report: Report, total: int) -> Iterator[Interval]:
    covered = 0
    for segment in report.segments:
        start, end = max(milliseconds(segment.start), covered), milliseconds(segment.end)
        if end <= start:
            continue
        if start > covered:
            yield Interval(covered, start)
        yield Interval(start, end, segment.label, segment.detail or "")
        covered = end
    if covered < total:
        yield Interval(covered, total)


def _bounds(start: int, end: int, indent: int = 0) -> list[str]:
    return [f"{' ' * indent}xmin = {start / 1000:.3f}", f"{' ' * indent}xmax = {end / 1000:.3f}"]


def _quoted(text: str) -> str:
    return '"' + one_line(text).replace('"', '""') + '"'
