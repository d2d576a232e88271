"""What a model is bad at, read off its own numbers."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from service.inference.manifest import Metric
from training.evaluation.confusion import Confusion
from training.evaluation.outcome import ALL
from training.export.card_facts import ClassFacts

WORST_CLASSES = 3
WORST_CONFUSIONS = 5
WORST_CORPORA = 3
WEAK = 0.95
"""A share of right answers below it is told."""


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


def weakest_left_out(left_out: Mapping[str, tuple[Metric, ...]]) -> list[str]:
    """Sentences on the corpora on which least is right when nothing was learned from their labels, the worst first."""
    found = [
        (metric.value, corpus, metric.name)
        for corpus, metrics in left_out.items()
        for metric in metrics
        if corpus != ALL and metric.value < WEAK and re.fullmatch(r"accuracy|(recall|specificity)/\S+", metric.name)
    ]
    return [
        f"Of {corpus}, when its labels were not learned: {name} {value:.3f}."
        for value, corpus, name in sorted(found)[:WORST_CORPORA]
    ]
