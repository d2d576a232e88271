"""Means over chunks, weighted by their duration."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from service.outcomes import Decisions, Outcomes
from service.types import SILENCE, BranchAverage, Chunk, LabelProbability, Scores


def mean_scores(heard: Iterable[tuple[float, Scores]]) -> Scores | None:
    """(weight, scores) pairs -> the weighted mean, None of nothing."""
    pairs = list(heard)
    if not pairs:
        return None
    labels = list(pairs[0][1])
    values = np.array([[scores[label] for label in labels] for _, scores in pairs])
    mean = np.average(values, axis=0, weights=[weight for weight, _ in pairs])
    return dict(zip(labels, mean.tolist(), strict=True))


def gate_average(chunks: Sequence[Chunk]) -> Scores | None:
    return mean_scores((chunk.seconds, chunk.gate) for chunk in chunks if chunk.gate is not None)


def branch_average(chunks: Sequence[Chunk], branch: str) -> BranchAverage:
    """`seconds` counts time once where chunks overlap."""
    seen = [(chunk, scores) for chunk in chunks if (scores := chunk.branches[branch]) is not None]
    seconds, covered_to = 0.0, 0.0
    for chunk, _ in seen:
        seconds += max(0.0, chunk.end - max(chunk.start, covered_to))
        covered_to = max(covered_to, chunk.end)
    return BranchAverage(seconds, mean_scores((chunk.seconds, scores) for chunk, scores in seen))


def best_tags(weighed: Iterable[tuple[float, Chunk]], decisions: Decisions) -> tuple[LabelProbability, ...] | None:
    """(weight, chunk) pairs -> the tags whose mean over the chunks that sound reaches their threshold, best first.

    A tag that a chunk leaves out is 0 there. None if the cascade has no tagger.
    """
    if not decisions.has_tags:
        return None
    sums: dict[str, float] = {}
    total = 0.0
    for weight, chunk in weighed:
        if chunk.gate is None:
            continue
        total += weight
        for label, probability in (chunk.tags or {}).items():
            sums[label] = sums.get(label, 0.0) + weight * probability
    means = ((label, value / total) for label, value in sums.items())
    above = [(label, mean) for label, mean in means if mean >= decisions.tag_threshold(label)]
    return tuple(LabelProbability(label, mean) for label, mean in sorted(above, key=lambda item: -item[1]))


def joint_labels(
    chunks: Sequence[Chunk], outcomes: Outcomes, branches: Mapping[str, BranchAverage]
) -> tuple[LabelProbability, ...]:
    """One distribution over everything that can be said: each route's weight, times its branch's average.

    Sums to 1. A route whose branch heard nothing stands for itself, without detail.
    """
    heard = [chunk for chunk in chunks if chunk.gate is not None]
    if not heard:
        return (LabelProbability(SILENCE, 1.0),)
    gate = np.stack([outcomes.row(chunk.gate) for chunk in heard if chunk.gate is not None])
    weights = np.average(outcomes.weights(gate), axis=0, weights=[chunk.seconds for chunk in heard])
    joint: dict[str, float] = {}
    for outcome, weight in zip(outcomes.outcomes, weights.tolist(), strict=True):
        probabilities = branches[outcome.branch].probabilities if outcome.branch else None
        details = {f"{outcome.route}/{label}": p for label, p in probabilities.items()} if probabilities else None
        for label, probability in (details or {outcome.route: 1.0}).items():
            joint[label] = joint.get(label, 0.0) + weight * probability
    ranked = sorted(joint.items(), key=lambda item: -item[1])
    return tuple(LabelProbability(label, probability) for label, probability in ranked)
