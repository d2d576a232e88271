"""What a model is bad at, read off its own numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.export.card_facts import ClassFacts

WORST_CLASSES = 3
WORST_CONFUSIONS = 5


def weakest_classes(classes: Sequence[ClassFacts]) -> list[str]:
    """Sentences on the labels that are missed most, the worst first; none that is never missed."""
    missed = sorted((one for one in classes if one.files and one.recall < 1), key=lambda one: one.recall)
    return [
        f"Of {one.files:,} files with `{one.label}`, {one.recall:.1%} were found." for one in missed[:WORST_CLASSES]
    ]


def worst_confusions(labels: Sequence[str], confusion: NDArray[np.int64]) -> list[str]:
    """Sentences on which label is taken for which other, the most frequent first."""
    files = confusion.sum(axis=1)
    pairs = [
        (int(confusion[truth, answer]), truth, answer)
        for truth, answer in zip(*np.nonzero(confusion), strict=True)
        if truth != answer
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [
        f"`{labels[truth]}` is taken for `{labels[answer]}` in {count:,} of {files[truth]:,} files."
        for count, truth, answer in pairs[:WORST_CONFUSIONS]
    ]
