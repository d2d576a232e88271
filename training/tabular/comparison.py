"""Classifiers under protocols, each over several seeds: the mean, how much seeds differ, and what songs are worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from training.evaluation import multiclass
from training.evaluation.bootstrap import group_intervals
from training.evaluation.measure import LEAKY
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.feature_table import FeatureTable
from training.tabular.fitted import Rows
from training.tabular.protocols import Protocol, songs_on_both_sides

Answering = Callable[[Rows], NDArray[np.floating]]
"""Rows -> probabilities (rows, labels)."""
Fit = Callable[[Rows, NDArray[np.int64], int], Answering]
"""(rows, targets, seed) -> what answers to other rows."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One classifier under one protocol."""

    table: str
    protocol: str
    classifier: str
    accuracies: tuple[float, ...]
    """Of each seed."""
    interval: tuple[float, float] | None
    """95 %, of the mean over seeds, by drawing songs with replacement."""
    on_both_sides: float
    """Share of the tested rows whose song was learned from, over the seeds."""
    reported: float | None
    """What the report says, if it has such a number."""
    seconds: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; 0 if there is one only."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else 0.0

    @property
    def metric(self) -> str:
        """`accuracy`, or LEAKY where songs are on both sides: that is no test accuracy."""
        return f"{LEAKY if self.on_both_sides else ''}accuracy"


def classifier_fits() -> dict[str, Fit]:
    """The nine, by name."""
    return {name: _fit(name) for name in CLASSIFIERS}


def _fit(name: str) -> Fit:
    return lambda rows, targets, seed: CLASSIFIERS[name].fit(rows, targets, seed).probabilities


def compare(
    title: str,
    table: FeatureTable,
    protocol: Protocol,
    classifier: str,
    fit: Fit,
    seeds: Sequence[int],
    reported: float | None,
) -> Comparison:
    """Learns and tests once for each seed, which decides the split as well. Raises SplitError."""
    started = monotonic()
    targets, groups = table.targets, np.array(table.groups)
    truth, said, songs, accuracies, torn = [], [], [], [], []
    for seed in seeds:
        fold = protocol.split(table, seed)
        train, test = np.array(fold.train), np.array(fold.test)
        answers = fit(table.rows[train], targets[train], seed)(table.rows[test]).argmax(axis=1)
        truth.append(targets[test])
        said.append(answers)
        songs.append(groups[test])
        accuracies.append(float(np.mean(answers == targets[test])))
        torn.append(songs_on_both_sides(table, fold))
    metric = multiclass.accuracy(np.concatenate(truth), np.concatenate(said), len(table.labels))
    return Comparison(
        table=title,
        protocol=protocol.name,
        classifier=classifier,
        accuracies=tuple(accuracies),
        interval=group_intervals({"accuracy": metric}, np.concatenate(songs))["accuracy"],
        on_both_sides=float(np.mean(torn)),
        reported=reported,
        seconds=monotonic() - started,
    )
