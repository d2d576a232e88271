"""A report as text to read, and as CSV to count in."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from training.evaluation.confusion import Confusion
from training.evaluation.measure import LEAKY
from training.evaluation.report import ClassRow, Mistake, Report, SlicedFile

MOST_MISTAKES = 30
"""In the text; the CSV has all."""
CLASS_HEADER = ("label", "precision", "recall", "f1", "files")
MISTAKE_HEADER = ("truth", "said", "probability", "corpus", "group", "file")
SLICES_HEADER = ("wrong", "slices", "corpus", "group", "file")


def text(report: Report) -> str:
    """Plain text in columns, for a terminal or a file."""
    warning = f"{LEAKY}split: these are no test results.\n" if report.leaks else ""
    judged = f"{report.files} slices of {len(report.sliced)} files" if report.sliced else f"{report.files} files"
    worst = [_sliced_cells(file) for file in report.sliced if file.wrong]
    parts = [
        f"{warning}{judged}, {report.split}",
        _columns(CLASS_HEADER, [_class_cells(row, missing="-") for row in report.classes]),
        _columns(SLICES_HEADER, worst[:MOST_MISTAKES]),
        f"{len(report.mistakes)} wrong, the surest first",
        _columns(MISTAKE_HEADER, [_mistake_cells(mistake) for mistake in report.mistakes[:MOST_MISTAKES]]),
    ]
    if len(report.mistakes) > MOST_MISTAKES:
        parts.append(f"and {len(report.mistakes) - MOST_MISTAKES} more")
    return "\n\n".join(part for part in parts if part) + "\n"


def classes_csv(report: Report) -> str:
    return _csv([CLASS_HEADER, *(_class_cells(row, missing="") for row in report.classes)])


def mistakes_csv(report: Report) -> str:
    return _csv([MISTAKE_HEADER, *(_mistake_cells(mistake) for mistake in report.mistakes)])


def slices_csv(report: Report) -> str:
    return _csv([SLICES_HEADER, *map(_sliced_cells, report.sliced)])


def confusion_csv(confusion: Confusion) -> str:
    """A row for each true answer, a column for each that was given."""
    rows = zip(confusion.answers, confusion.counts.tolist(), strict=True)
    return _csv([("truth", *confusion.answers), *((answer, *map(str, counts)) for answer, counts in rows)])


def _class_cells(row: ClassRow, missing: str) -> tuple[str, ...]:
    quotients = (missing if one is None else f"{one:.3f}" for one in (row.precision, row.recall, row.f1))
    return (row.label, *quotients, str(row.support))


def _mistake_cells(mistake: Mistake) -> tuple[str, ...]:
    return (mistake.truth, mistake.said, f"{mistake.probability:.3f}", mistake.corpus, mistake.group, mistake.name)


def _sliced_cells(file: SlicedFile) -> tuple[str, ...]:
    return (str(file.wrong), str(file.slices), file.corpus, file.group, file.name)


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows))
    return "\n".join(line.rstrip() for line in lines)


def _csv(rows: Iterable[Sequence[str]]) -> str:
    lines = StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()
