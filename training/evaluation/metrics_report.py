"""What stands behind the numbers, as text and as CSV: hits and misses per label, confusions, and every wrong file."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from training.evaluation.held_out_metrics import LEAKY, Calibrations, Scores, score_files
from training.evaluation.metrics import confusion_counts
from training.evaluation.predictions import Predictions
from training.examples import file_named

MOST_COMBINED = 3
"""Labels whose combinations fit a table; there are eight of three."""
NONE = "none"
MOST_MISTAKES = 30
"""In the text; the CSV has all."""
CLASS_HEADER = ("label", "precision", "recall", "f1", "files")
MISTAKE_HEADER = ("truth", "said", "probability", "corpus", "group", "file")
SLICES_HEADER = ("wrong", "slices", "corpus", "group", "file")


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Which answers are taken for which others: of labels that exclude each other, or of all their combinations.

    `counts` int64 (answers, answers): rows are the truth, columns what was said."""

    answers: tuple[str, ...]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """Counts of files for one label; a quotient is None where there is nothing to divide by."""

    label: str
    hits: int
    false_alarms: int
    misses: int

    @property
    def support(self) -> int:
        """Files that have the label."""
        return self.hits + self.misses

    @property
    def precision(self) -> float | None:
        said = self.hits + self.false_alarms
        return self.hits / said if said else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        either = 2 * self.hits + self.false_alarms + self.misses
        return 2 * self.hits / either if either else None


@dataclass(frozen=True, slots=True)
class Mistake:
    """A file that was called what it is not; for sigmoids one of its labels, which is `not` there or thought so."""

    name: str
    corpus: str
    group: str
    truth: str
    said: str
    probability: float
    """Probability of what was said. Below a half where a threshold, or many labels, made it enough."""


@dataclass(frozen=True, slots=True)
class SlicedFile:
    """A file that was judged slice by slice."""

    name: str
    corpus: str
    group: str
    slices: int
    wrong: int


@dataclass(frozen=True, slots=True, eq=False)
class MetricsReport:
    """Numbers of files, or of slices where these are judged."""

    split: str
    leaks: bool
    files: int
    labels: tuple[str, ...]
    classes: tuple[ClassRow, ...]
    mistakes: tuple[Mistake, ...]
    """Those that the model was surest of first."""
    sliced: tuple[SlicedFile, ...]
    """Those with most wrong slices first; empty where files are judged whole."""
    confusion: Confusion | None
    """None for sigmoids of more than MOST_COMBINED labels."""


def report(predictions: Predictions, calibrations: Calibrations) -> MetricsReport:
    scores = score_files(predictions, calibrations)
    is_softmax = predictions.activation == "softmax"
    mistakes = tuple(_wrong_label(predictions, scores) if is_softmax else _wrong_labels(predictions, scores))
    return MetricsReport(
        split=predictions.split,
        leaks=predictions.leaks,
        files=len(predictions.names),
        labels=predictions.labels,
        classes=tuple(_classes(scores)),
        mistakes=tuple(sorted(mistakes, key=lambda mistake: -mistake.probability)),
        sliced=tuple(sorted(_sliced(predictions, mistakes), key=lambda file: -file.wrong)),
        confusion=confusion_of_one_label(scores) if is_softmax else confusion_of_combinations(scores),
    )


def _classes(scores: Scores) -> Iterator[ClassRow]:
    for label, said, truth in zip(scores.labels, scores.decided.T, scores.targets.T, strict=True):
        holds, fails = truth == 1, truth == 0
        yield ClassRow(label, int(np.sum(said & holds)), int(np.sum(said & fails)), int(np.sum(~said & holds)))


def _sliced(predictions: Predictions, mistakes: Sequence[Mistake]) -> Iterator[SlicedFile]:
    judged = list(zip(predictions.corpora, map(file_named, predictions.names), predictions.groups, strict=True))
    if judged == list(zip(predictions.corpora, predictions.names, predictions.groups, strict=True)):
        return
    wrong = Counter((corpus, file_named(name)) for corpus, name in {(one.corpus, one.name) for one in mistakes})
    for (corpus, name, group), slices in Counter(judged).items():
        yield SlicedFile(name, corpus, group, slices, wrong[corpus, name])


def _wrong_label(predictions: Predictions, scores: Scores) -> Iterator[Mistake]:
    truth, said = scores.truth, scores.said
    for file in np.flatnonzero(truth != said).tolist():
        yield Mistake(
            name=predictions.names[file],
            corpus=predictions.corpora[file],
            group=predictions.groups[file],
            truth=scores.labels[truth[file]],
            said=scores.labels[said[file]],
            probability=float(scores.probabilities[file, said[file]]),
        )


def _wrong_labels(predictions: Predictions, scores: Scores) -> Iterator[Mistake]:
    wrong = ~np.isnan(scores.targets) & (scores.decided != (scores.targets == 1))
    for file, column in np.argwhere(wrong).tolist():
        label, likely = scores.labels[column], float(scores.probabilities[file, column])
        said = bool(scores.decided[file, column])
        yield Mistake(
            name=predictions.names[file],
            corpus=predictions.corpora[file],
            group=predictions.groups[file],
            truth=f"not {label}" if said else label,
            said=label if said else f"not {label}",
            probability=likely if said else 1 - likely,
        )


def confusion_of_one_label(scores: Scores) -> Confusion:
    """For softmax."""
    return Confusion(scores.labels, confusion_counts(scores.truth, scores.said, len(scores.labels)))


def confusion_of_combinations(scores: Scores) -> Confusion | None:
    """For sigmoids, over what is known of in every label; None if there are too many of them."""
    width = len(scores.labels)
    if width > MOST_COMBINED:
        return None
    sets = [chosen for size in range(width + 1) for chosen in combinations(range(width), size)]
    place = np.zeros(2**width, dtype=np.int64)
    place[[sum(1 << label for label in chosen) for chosen in sets]] = np.arange(len(sets))
    known = ~np.isnan(scores.targets).any(axis=1)
    truth, said = (
        place[(holds[known].astype(np.int64) << np.arange(width)).sum(axis=1)]
        for holds in (scores.targets == 1, scores.decided)
    )
    names = tuple(" and ".join(scores.labels[label] for label in chosen) or NONE for chosen in sets)
    return Confusion(names, confusion_counts(truth, said, len(sets)))


def report_text(report: MetricsReport) -> str:
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


def classes_csv(report: MetricsReport) -> str:
    return _csv([CLASS_HEADER, *(_class_cells(row, missing="") for row in report.classes)])


def mistakes_csv(report: MetricsReport) -> str:
    return _csv([MISTAKE_HEADER, *(_mistake_cells(mistake) for mistake in report.mistakes)])


def slices_csv(report: MetricsReport) -> str:
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
