"""Chunks to labelled segments: Viterbi smoothing, then the merging of gaps, then a minimum duration."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.outcomes import Outcomes
from service.timeline.averages import mean_scores
from service.timeline.runs import Run, absorb_short, merge_gaps, runs_of
from service.timeline.viterbi import best_path
from service.types import SILENCE, Chunk, Options, Segment, best

LOG_FLOOR = 1e-6
"""No chunk rules a state out for good: calibrated models are not surer than that either."""


def segments(
    chunks: Sequence[Chunk], outcomes: Outcomes, options: Options, chunk_seconds: float
) -> tuple[Segment, ...]:
    """Segments without gaps or overlap from the first chunk's start to the last one's end."""
    if not chunks:
        return ()
    weights = _state_weights(chunks, outcomes, decisive=True)
    # Chunks that overlap share their evidence: the same sound must not be counted several times against the cost.
    cost = options.smoothing * chunk_seconds / options.hop(chunk_seconds)
    path = best_path(np.log(np.maximum(weights, LOG_FLOOR)), cost)
    runs = runs_of(path, _borders(chunks))
    runs = merge_gaps(runs, options.merge_gap_seconds)
    runs = absorb_short(runs, options.min_segment_seconds)
    plain = _state_weights(chunks, outcomes, decisive=False)
    return tuple(_segment(run, chunks, outcomes, plain) for run in runs)


def _state_weights(chunks: Sequence[Chunk], outcomes: Outcomes, *, decisive: bool) -> NDArray[np.float64]:
    """(chunks, outcomes + 1) probabilities; the last state is silence."""
    weigh = outcomes.decisive_weights if decisive else outcomes.weights
    weights = np.zeros((len(chunks), len(outcomes.outcomes) + 1))
    for row, chunk in zip(weights, chunks, strict=True):
        if chunk.gate is None:
            row[-1] = 1.0
        else:
            row[:-1] = weigh(chunk.gate)
    return weights


def _borders(chunks: Sequence[Chunk]) -> list[float]:
    """Where one chunk's say ends and the next one's begins: in the middle of their overlap."""
    inner = [(earlier.end + later.start) / 2 for earlier, later in pairwise(chunks)]
    return [chunks[0].start, *inner, chunks[-1].end]


def _segment(run: Run, chunks: Sequence[Chunk], outcomes: Outcomes, weights: NDArray[np.float64]) -> Segment:
    inside = chunks[run.first : run.last + 1]
    seconds = [chunk.seconds for chunk in inside]
    probability = float(np.average(weights[run.first : run.last + 1, run.state], weights=seconds))
    if run.state == len(outcomes.outcomes):
        return Segment(run.start, run.end, SILENCE, None, probability)
    outcome = outcomes.outcomes[run.state]
    detail = mean_scores(
        (chunk.seconds, scores)
        for chunk in inside
        if outcome.branch and (scores := chunk.branches[outcome.branch]) is not None
    )
    return Segment(run.start, run.end, outcome.label, best(detail) if detail else None, probability)
