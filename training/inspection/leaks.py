"""What each way to split a corpus would put on both sides: parts of one group, and copies of one recording."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.corpora.corpus import Clip
from training.inspection.inspection import Copy, Inspection
from training.splits import EVALUATION_SET, Fold, Split, grouped, leaky_per_slice, official, split_groups, stratified

FOLDS = 5
SEED = 0
SLICE_SECONDS = 3.0
"""What those who split by slices cut their songs into."""


@dataclass(frozen=True, slots=True)
class Leak:
    """The leaks of one split: its clips, and how many groups and pairs of copies would be trained on and tested on."""

    split: str
    clips: int
    groups: int
    copies: int


@dataclass(frozen=True, slots=True)
class Leaks:
    of_splits: tuple[Leak, ...]
    rare: tuple[str, ...]
    """Labels with fewer groups than FOLDS: only the official folds have them."""


def find_leaks(inspection: Inspection) -> Leaks:
    """The leaks of every split that can be made of the clips that were heard."""
    groups_of = Counter(label for label, _ in {(clip.label, clip.group) for clip in inspection.sound})
    rare = tuple(sorted(label for label, count in groups_of.items() if count < FOLDS))
    leaks = tuple(_leak(split, items, inspection.copies) for split, items in _splits(inspection, set(rare)))
    return Leaks(leaks, rare)


def _splits(inspection: Inspection, rare: set[str]) -> Iterator[tuple[Split, Sequence[Clip]]]:
    """Each split with the clip that each of its items is, or is a slice of."""
    clips = [clip for clip in inspection.sound if clip.label not in rare]
    if clips:
        yield grouped(_labels(clips), _groups(clips), FOLDS, SEED), clips
    if len({clip.fold for clip in inspection.sound} - {None}) > 1:
        yield official([clip.fold for clip in inspection.sound], _groups(inspection.sound)), inspection.sound
    if any(clip.is_test for clip in inspection.sound):
        sides = ([n for n, clip in enumerate(inspection.sound) if clip.is_test == is_test] for is_test in (False, True))
        yield Split(EVALUATION_SET, (Fold("test", *map(tuple, sides)),), leaks=False), inspection.sound
    if clips:
        yield stratified(_labels(clips), _groups(clips), FOLDS, SEED), clips
        slices = [
            clip
            for clip, heard in zip(inspection.sound, inspection.fingerprints, strict=True)
            if clip.label not in rare
            for _ in range(max(1, int(heard.seconds / SLICE_SECONDS)))
        ]
        yield leaky_per_slice(_labels(slices), _groups(slices), FOLDS, SEED), slices


def _leak(split: Split, items: Sequence[Clip], copies: Sequence[Copy]) -> Leak:
    torn: set[Copy] = set()
    for fold in split.folds:
        train, test = ({items[index] for index in side} for side in (fold.train, fold.test))
        torn |= {
            copy
            for copy in copies
            if (copy.first in train and copy.second in test) or (copy.second in train and copy.first in test)
        }
    return Leak(split.name, len(set(items)), len(split_groups(split.folds, _groups(items))), len(torn))


def _labels(clips: Sequence[Clip]) -> list[str]:
    return [clip.label for clip in clips]


def _groups(clips: Sequence[Clip]) -> list[str]:
    return [clip.group for clip in clips]
