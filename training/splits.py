"""Which items train and which test. Every split has a name that goes wherever its numbers go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, StratifiedShuffleSplit

EVALUATION_SET = "published evaluation set"


@dataclass(frozen=True, slots=True)
class Fold:
    """Indices of items; together they need not be all of them (official folds may leave some out)."""

    name: str
    train: tuple[int, ...]
    test: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """`leaks` is True where parts of one group stand on both sides by design: its numbers are no test accuracy."""

    name: str
    folds: tuple[Fold, ...]
    leaks: bool


class SplitError(Exception):
    """The items cannot be split that way. Says what is missing."""


def grouped(labels: Sequence[str], groups: Sequence[str], folds: int, seed: int) -> Split:
    """No group on both sides, labels as even as the groups allow. The split that measures what users will get."""
    for label in sorted(set(labels)):
        count = len({group for group, its in zip(groups, labels, strict=True) if its == label})
        if count < folds:
            raise SplitError(f"Label {label!r} has {count} groups; {folds} folds need {folds} of each label.")
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return Split(f"grouped {folds}-fold", _folds(splitter.split(np.zeros(len(labels)), labels, groups)), leaks=False)


def official(folds: Sequence[str | None], groups: Sequence[str]) -> Split:
    """The folds that the corpus was published with; items without one are never tested on. Leaks if a group is torn."""
    names = sorted({fold for fold in folds if fold is not None})
    if len(names) < 2:
        raise SplitError(f"Official folds are needed; the corpus has {names or 'none'}.")
    made = [
        Fold(
            name,
            tuple(index for index, fold in enumerate(folds) if fold != name),
            tuple(index for index, fold in enumerate(folds) if fold == name),
        )
        for name in names
    ]
    return Split("official folds", tuple(made), leaks=bool(split_groups(made, groups)))


def stratified(labels: Sequence[str], groups: Sequence[str], folds: int, seed: int) -> Split:
    """At random, whatever belongs together. Leaks as soon as one group has two items."""
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    made = _folds(splitter.split(np.zeros(len(labels)), labels))
    return Split(f"stratified random {folds}-fold", made, leaks=bool(split_groups(made, groups)))


def leaky_per_slice(labels: Sequence[str], groups: Sequence[str], folds: int, seed: int) -> Split:
    """Slices of one song on both sides, as in many a report. Here to show the leak, never to measure with."""
    made = stratified(labels, groups, folds, seed).folds
    return Split(f"LEAKY per-slice random {folds}-fold", made, leaks=True)


def stratified_hold_out(labels: Sequence[str], groups: Sequence[str], test: float, seed: int) -> Split:
    """The share `test` once, at random, whatever belongs together. Leaks as soon as a group is torn."""
    splitter = StratifiedShuffleSplit(1, test_size=test, random_state=seed)
    try:
        made = _folds(splitter.split(np.zeros(len(labels)), labels))
    except ValueError as error:
        raise SplitError(f"{len(labels)} items cannot be split into {1 - test:g} and {test:g}: {error}") from None
    return Split(f"stratified random {_shares(test)}", made, leaks=bool(split_groups(made, groups)))


def leaky_hold_out(labels: Sequence[str], groups: Sequence[str], test: float, seed: int) -> Split:
    """Slices of one song on both sides, once."""
    made = stratified_hold_out(labels, groups, test, seed).folds
    return Split(f"LEAKY per-slice random {_shares(test)}", made, leaks=True)


def left_out(parts: Sequence[str], groups: Sequence[str], name: str) -> Split:
    """Each part once tested by what was learned from all others, such as a corpus from the other corpora."""
    if len(set(parts)) < 2:
        raise SplitError(f"Leaving one out needs two at least; there is {', '.join(set(parts)) or 'none'}.")
    made = []
    for part in sorted(set(parts)):
        test = tuple(index for index, its in enumerate(parts) if its == part)
        tested = {groups[index] for index in test}
        rest = tuple(i for i, its in enumerate(parts) if its != part and groups[i] not in tested)
        made.append(Fold(part, rest, test))
    return Split(name, tuple(made), leaks=False)


def set_aside(labels: Sequence[str], groups: Sequence[str], share: float, seed: int) -> Fold:
    """About `share` of the groups, at most half, as the fold's test side; labels as even as the groups allow."""
    return grouped(labels, groups, max(2, round(1 / share)), seed).folds[0]


def split_groups(folds: Sequence[Fold], groups: Sequence[str]) -> set[str]:
    """The groups that some fold has on both sides."""
    found: set[str] = set()
    for fold in folds:
        found |= {groups[index] for index in fold.train} & {groups[index] for index in fold.test}
    return found


def _folds(pairs: Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]]) -> tuple[Fold, ...]:
    return tuple(
        Fold(str(number), tuple(train.tolist()), tuple(test.tolist())) for number, (train, test) in enumerate(pairs, 1)
    )


def _shares(test: float) -> str:
    """Learned from and tested on, such as 85/15."""
    return f"{100 * (1 - test):g}/{100 * test:g}"
