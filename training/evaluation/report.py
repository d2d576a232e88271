"""What stands behind the numbers: per label how often it was heard and missed, and every file that was got wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from training.evaluation.confusion import Confusion, of_combinations, of_one_label
from training.evaluation.predictions import Predictions
from training.evaluation.scores import Calibrations, Scores, score_files
from training.examples import file_named


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
    """Of what was said. Below a half where a threshold, or many labels, made it enough."""


@dataclass(frozen=True, slots=True)
class SlicedFile:
    """A file that was judged slice by slice."""

    name: str
    corpus: str
    group: str
    slices: int
    wrong: int


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Of files, or of slices where these are judged."""

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


def report(predictions: Predictions, calibrations: Calibrations) -> Report:
    scores = score_files(predictions, calibrations)
    is_softmax = predictions.activation == "softmax"
    mistakes = tuple(_wrong_label(predictions, scores) if is_softmax else _wrong_labels(predictions, scores))
    return Report(
        split=predictions.split,
        leaks=predictions.leaks,
        files=len(predictions.names),
        labels=predictions.labels,
        classes=tuple(_classes(scores)),
        mistakes=tuple(sorted(mistakes, key=lambda mistake: -mistake.probability)),
        sliced=tuple(sorted(_sliced(predictions, mistakes), key=lambda file: -file.wrong)),
        confusion=of_one_label(scores) if is_softmax else of_combinations(scores),
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
