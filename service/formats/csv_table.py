"""CSV: a row per chunk, per segment or per sound, after the detail of the view.

Several sounds fit into one table if its columns are those of all their reports: `columns` of all reports once, then the
`header_line`, then the `row_lines` of each report.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from service.formats.caption import encodable
from service.formats.document import View
from service.formats.rounding import to_milliseconds
from service.types import LabelProbability, Report, Scores, Segment

_LEADING = {
    "steps": ("file", "start", "end"),
    "chunks": ("file", "start", "end"),
    "segments": ("file", "start", "end", "label", "detail", "probability"),
    "summary": ("file", "duration_seconds", "label"),
}
_TAGS = "tags"
_WITH_TAGS = ("segments", "summary")
# A spreadsheet takes a cell that begins like this for a formula and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

_Heard = dict[str, Scores | None]
_Row = dict[str, str]


def columns(reports: Iterable[Report], view: View) -> tuple[str, ...]:
    """The columns that hold every label of the reports: gate first, then branch by branch, in the models' order."""
    labels: dict[str, dict[str, None]] = {"gate": {}}
    has_tags = False
    for report in reports:
        has_tags |= report.tags is not None
        for heard in _heard(report, view):
            for listener, scores in heard.items():
                labels.setdefault(listener, {}).update(dict.fromkeys(scores or ()))
    return columns_for(labels, view, has_tags=has_tags)


def columns_for(labels: Mapping[str, Iterable[str]], view: View, *, has_tags: bool = False) -> tuple[str, ...]:
    """The columns of reports that are still to come: `labels` are those of the gate and of each branch, in order.

    With `has_tags`, the last column of segments and summaries has the tags."""
    shown = {} if view.detail == "segments" else labels
    scores = tuple(f"{listener}.{label}" for listener in shown for label in shown[listener])
    return _LEADING[view.detail] + scores + ((_TAGS,) if has_tags and view.detail in _WITH_TAGS else ())


def header_line(columns: tuple[str, ...]) -> str:
    return _line(_text(column) for column in columns)


def row_lines(report: Report, name: str, view: View, columns: tuple[str, ...]) -> Iterator[str]:
    """Rows under `columns`, which must have a place for everything that the view shows of this report."""
    known = frozenset(columns)
    for row in _rows(report, name, view):
        if not known.issuperset(row):
            raise ValueError(f"no column for {', '.join(sorted(row.keys() - known))}: take the columns of all reports")
        yield _line(row.get(column, "") for column in columns)


def write(report: Report, name: str, view: View) -> str:
    names = columns([report], view)
    return header_line(names) + "".join(row_lines(report, name, view, names))


def _heard(report: Report, view: View) -> Iterator[_Heard]:
    if view.shows_chunks:
        yield from ({"gate": chunk.gate, **chunk.branches} for chunk in report.chunks)
    elif view.detail == "summary":
        yield {"gate": report.gate, **{name: average.probabilities for name, average in report.branches.items()}}


def _rows(report: Report, name: str, view: View) -> Iterator[_Row]:
    file = {"file": _text(name)}
    match view.detail:
        case "segments":
            has_tags = report.tags is not None
            yield from (
                file | _segment_row(segment) | (_tags_cell(segment.tags or ()) if has_tags else {})
                for segment in report.segments
            )
        case "chunks" | "steps":
            for chunk, heard in zip(report.chunks, _heard(report, view), strict=True):
                yield file | _span(chunk.start, chunk.end) | _score_cells(heard, view)
        case "summary":
            about = {"duration_seconds": _seconds(report.audio.duration_seconds), "label": _text(report.label)}
            tags = {} if report.tags is None else _tags_cell(view.keep_tags(report.tags))
            yield file | about | _score_cells(next(_heard(report, view)), view) | tags


def _segment_row(segment: Segment) -> _Row:
    words = {"label": _text(segment.label), "detail": _text(segment.detail or "")}
    return _span(segment.start, segment.end) | words | {"probability": _probability(segment.probability)}


def _score_cells(heard: _Heard, view: View) -> _Row:
    shown = {
        listener: scores if listener == "gate" else view.keep(scores) for listener, scores in heard.items() if scores
    }
    return {f"{who}.{label}": _probability(score) for who, scores in shown.items() for label, score in scores.items()}


def _tags_cell(tags: Sequence[LabelProbability]) -> _Row:
    """`Dog; Bark`, the best first."""
    return {_TAGS: _text("; ".join(tag.label for tag in tags))}


def _span(start: float, end: float) -> _Row:
    return {"start": _seconds(start), "end": _seconds(end)}


def _seconds(seconds: float) -> str:
    return f"{to_milliseconds(seconds):.3f}"


def _probability(probability: float) -> str:
    return f"{probability:.6f}"


def _text(text: str) -> str:
    return encodable(f"'{text}" if text.startswith(_FORMULA_STARTS) else text)


def _line(cells: Iterable[str]) -> str:
    # The writer puts quotes around the line ends it knows of; only with its own CRLF does it know of both.
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"
