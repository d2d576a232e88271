"""Chunks to labelled segments: Viterbi smoothing, then the merging of gaps, then a minimum duration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.outcomes import Outcomes
from service.timeline.averages import best, mean_scores
from service.timeline.viterbi import best_path
from service.types import SILENCE, Chunk, Options, Segment

LOG_FLOOR = 1e-6
"""No chunk rules a state out for good: calibrated models are not surer than that either."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Chunks first..last share a state; the run lasts from `start` to `end` seconds."""

    state: int
    first: int
    last: int
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def joined(self, following: "_Run") -> "_Run":
        return replace(self, last=following.last, end=following.end)


def segments(
    chunks: Sequence[Chunk], outcomes: Outcomes, options: Options, chunk_seconds: float
) -> tuple[Segment, ...]:
    """Segments without gaps or overlap from the first chunk's start to the last one's end."""
    if not chunks:
        return ()
    weights = _state_weights(chunks, outcomes, decisive=True)
    # Chunks that overlap share their evidence: the same sound must not be counted several times against the cost.
    cost = options.smoothing * chunk_seconds / options.hop_seconds
    path = best_path(np.log(np.maximum(weights, LOG_FLOOR)), cost)
    runs = _runs(path, _borders(chunks))
    runs = _merge_gaps(runs, options.merge_gap_seconds)
    runs = _absorb_short(runs, options.min_segment_seconds)
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


def _runs(path: list[int], borders: list[float]) -> list[_Run]:
    return _join_equal([_Run(state, i, i, borders[i], borders[i + 1]) for i, state in enumerate(path)])


def _join_equal(runs: list[_Run]) -> list[_Run]:
    joined = runs[:1]
    for run in runs[1:]:
        if run.state == joined[-1].state:
            joined[-1] = joined[-1].joined(run)
        else:
            joined.append(run)
    return joined


def _merge_gaps(runs: list[_Run], gap_seconds: float) -> list[_Run]:
    """What interrupts a label for less than `gap_seconds` becomes part of it; the shortest gaps go first."""
    while True:
        gaps = [
            (runs[i].seconds, i)
            for i in range(1, len(runs) - 1)
            if runs[i].seconds < gap_seconds and runs[i - 1].state == runs[i + 1].state
        ]
        if not gaps:
            return runs
        _, i = min(gaps)
        runs = _join_equal([*runs[:i], replace(runs[i], state=runs[i - 1].state), *runs[i + 1 :]])


def _absorb_short(runs: list[_Run], min_seconds: float) -> list[_Run]:
    """Runs shorter than `min_seconds` go to their longer neighbour, the shortest first; one run always stays."""
    while len(runs) > 1:
        seconds, i = min((run.seconds, i) for i, run in enumerate(runs))
        if seconds >= min_seconds:
            break
        neighbour = max((runs[j] for j in (i - 1, i + 1) if 0 <= j < len(runs)), key=lambda run: run.seconds)
        runs = _join_equal([*runs[:i], replace(runs[i], state=neighbour.state), *runs[i + 1 :]])
    return runs


def _segment(run: _Run, chunks: Sequence[Chunk], outcomes: Outcomes, weights: NDArray[np.float64]) -> Segment:
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
