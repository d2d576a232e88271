"""Means over chunks, weighted by their duration, and the labels that follow from them."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.outcomes import Outcomes
from service.types import SILENCE, BranchAverage, Chunk, JointLabel, Scores, best


def mean_scores(heard: Iterable[tuple[float, Scores]]) -> Scores | None:
    """(seconds, scores) pairs -> the weighted mean, None of nothing."""
    pairs = list(heard)
    if not pairs:
        return None
    labels = list(pairs[0][1])
    values = np.array([[scores[label] for label in labels] for _, scores in pairs])
    mean = np.average(values, axis=0, weights=[seconds for seconds, _ in pairs])
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


def overall_label(chunks: Sequence[Chunk], outcomes: Outcomes, branches: Mapping[str, BranchAverage]) -> str:
    """The outcome that weighs most over all chunks that are not silent, with its branch's best label."""
    weights = _mean_weights(chunks, outcomes, decisive=True)
    if weights is None:
        return SILENCE
    outcome = outcomes.outcomes[int(weights.argmax())]
    probabilities = branches[outcome.branch].probabilities if outcome.branch else None
    return f"{outcome.label}/{best(probabilities)}" if probabilities else outcome.label


def joint_labels(
    chunks: Sequence[Chunk], outcomes: Outcomes, branches: Mapping[str, BranchAverage]
) -> tuple[JointLabel, ...]:
    """One distribution over everything that can be said: each route's weight, times its branch's average.

    Sums to 1. A route whose branch heard nothing stands for itself, without detail.
    """
    weights = _mean_weights(chunks, outcomes, decisive=False)
    if weights is None:
        return (JointLabel(SILENCE, 1.0),)
    joint: dict[str, float] = {}
    for outcome, weight in zip(outcomes.outcomes, weights.tolist(), strict=True):
        probabilities = branches[outcome.branch].probabilities if outcome.branch else None
        details = {f"{outcome.route}/{label}": p for label, p in probabilities.items()} if probabilities else None
        for label, probability in (details or {outcome.route: 1.0}).items():
            joint[label] = joint.get(label, 0.0) + weight * probability
    ranked = sorted(joint.items(), key=lambda item: -item[1])
    return tuple(JointLabel(label, probability) for label, probability in ranked)


def _mean_weights(chunks: Sequence[Chunk], outcomes: Outcomes, *, decisive: bool) -> NDArray[np.float64] | None:
    """Probability of each outcome, (outcomes,), over the chunks that the gate heard; None if it heard none."""
    weigh = outcomes.decisive_weights if decisive else outcomes.weights
    heard = [(chunk.seconds, weigh(chunk.gate)) for chunk in chunks if chunk.gate is not None]
    if not heard:
        return None
    mean: NDArray[np.float64] = np.average(
        [weights for _, weights in heard], axis=0, weights=[seconds for seconds, _ in heard]
    )
    return mean
