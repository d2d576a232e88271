"""What a model is bad at, read off its own numbers."""

from collections.abc import Sequence

import numpy as np

from training.evaluation.confusion import Confusion
from training.export.card_facts import ClassFacts

WORST_CLASSES = 3
WORST_CONFUSIONS = 5


def weakest_classes(classes: Sequence[ClassFacts]) -> list[str]:
    """Sentences on the labels that are missed most, the worst first; none that is never missed."""
    missed = sorted((one for one in classes if one.files and one.recall < 1), key=lambda one: one.recall)
    return [
        f"Of {one.files:,} files with `{one.label}`, {one.recall:.1%} were found." for one in missed[:WORST_CLASSES]
    ]


def worst_confusions(confusion: Confusion) -> list[str]:
    """Sentences on what is taken for what else, the most frequent first."""
    answers, counts = confusion.answers, confusion.counts
    files = counts.sum(axis=1)
    pairs = [
        (int(counts[truth, answer]), truth, answer)
        for truth, answer in zip(*np.nonzero(counts), strict=True)
        if truth != answer
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [
        f"`{answers[truth]}` is taken for `{answers[answer]}` in {count:,} of {files[truth]:,} files."
        for count, truth, answer in pairs[:WORST_CONFUSIONS]
    ]
