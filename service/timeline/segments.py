"""Steps or chunks to labelled segments: Viterbi smoothing, then the merging of gaps, then a minimum duration."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.outcomes import Decisions
from service.timeline.averages import best_tags, mean_scores
from service.timeline.runs import Run, absorb_short, merge_gaps, runs_of
from service.timeline.viterbi import best_path
from service.types import SILENCE, Chunk, Options, Segment, StepTrack

STEP_SMOOTHING = 3.0
"""Nats per change where the gate speaks in steps."""
CHUNK_SMOOTHING = 1.0
"""Nats per change, and per chunk length, where it speaks per chunk."""
TAGS_PER_SEGMENT = 3
_TOUCH = 1e-6
"""Seconds. A chunk that overlaps a segment by less only touches it."""
LOG_FLOOR = 1e-6
"""No chunk or step rules a state out for good: calibrated models are not surer than that either."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gate said tick by tick, a tick being a step or a chunk: `gate` (ticks, labels), NaN where silent.

    Tick i speaks for the time from `borders[i]` to the next one, and weighs `seconds[i]` in means.
    """

    gate: NDArray[np.float64]
    borders: Sequence[float]
    seconds: NDArray[np.float64]
    in_steps: bool


def evidence_of(chunks: Sequence[Chunk], track: StepTrack | None, decisions: Decisions) -> Evidence:
    """The track's if there is one; of at least one chunk."""
    end = chunks[-1].end
    if track is not None:
        starts = chunks[0].start + np.arange(len(track.values)) * track.step_seconds
        starts = starts[: max(1, int(np.searchsorted(starts, end)))]  # rounded times may put one step too many there
        borders = [*starts.tolist(), end]
        return Evidence(track.values[: len(starts)].astype(np.float64), borders, np.diff(borders), in_steps=True)
    labels = decisions.outcomes.labels
    unknown = [np.nan] * len(labels)
    gate = [unknown if chunk.gate is None else [chunk.gate[label] for label in labels] for chunk in chunks]
    # One chunk's say ends, and the next one's begins, in the middle of their overlap.
    inner = [(earlier.end + later.start) / 2 for earlier, later in pairwise(chunks)]
    seconds = np.array([chunk.seconds for chunk in chunks])
    return Evidence(np.array(gate), [chunks[0].start, *inner, end], seconds, in_steps=False)


def runs_in(evidence: Evidence, decisions: Decisions, options: Options) -> list[Run]:
    """One run per segment. Its state is the number of the outcome; one more stands for silence."""
    weights = _state_weights(evidence, decisions, decisive=True)
    path = best_path(np.log(np.maximum(weights, LOG_FLOOR)), _cost(evidence, decisions, options))
    runs = runs_of(path, evidence.borders)
    runs = merge_gaps(runs, options.merge_gap_seconds)
    return absorb_short(runs, options.min_segment_seconds)


def segments(
    runs: Sequence[Run], evidence: Evidence, chunks: Sequence[Chunk], decisions: Decisions
) -> tuple[Segment, ...]:
    """Without gaps or overlap, from the first chunk's start to the last one's end."""
    plain = _state_weights(evidence, decisions, decisive=False)
    starts, ends = [chunk.start for chunk in chunks], [chunk.end for chunk in chunks]
    found = []
    for run in runs:
        ticks = slice(run.first, run.last + 1)
        probability = float(np.average(plain[ticks, run.state], weights=evidence.seconds[ticks]))
        if evidence.in_steps:
            near = chunks[bisect_right(ends, run.start + _TOUCH) : bisect_left(starts, run.end - _TOUCH)]
            inside = [(min(chunk.end, run.end) - max(chunk.start, run.start), chunk) for chunk in near]
        else:
            inside = [(chunk.seconds, chunk) for chunk in chunks[ticks]]
        found.append(_segment(run, probability, inside, decisions))
    return tuple(found)


def _cost(evidence: Evidence, decisions: Decisions, options: Options) -> float:
    """Nats per change of state from one tick to the next."""
    if evidence.in_steps:
        return STEP_SMOOTHING if options.smoothing is None else options.smoothing
    smoothing = CHUNK_SMOOTHING if options.smoothing is None else options.smoothing
    # Chunks that overlap share their evidence: the same sound must not be counted several times against the cost.
    return smoothing * decisions.chunk_seconds / options.hop(decisions.chunk_seconds)


def _state_weights(evidence: Evidence, decisions: Decisions, *, decisive: bool) -> NDArray[np.float64]:
    """(ticks, outcomes + 1) probabilities; the last state is silence."""
    outcomes = decisions.outcomes
    sounding = ~np.isnan(evidence.gate[:, 0])
    weights = np.zeros((len(evidence.gate), len(outcomes.outcomes) + 1))
    weigh = outcomes.decisive_weights if decisive else outcomes.weights
    weights[sounding, :-1] = weigh(evidence.gate[sounding])
    weights[~sounding, -1] = 1.0
    return weights


def _segment(run: Run, probability: float, inside: Sequence[tuple[float, Chunk]], decisions: Decisions) -> Segment:
    """`inside` are the chunks that speak of it, each with its weight."""
    if run.state == len(decisions.outcomes.outcomes):
        return Segment(run.start, run.end, SILENCE, None, probability, () if decisions.has_tags else None)
    outcome = decisions.outcomes.outcomes[run.state]
    detail = None
    if outcome.branch:
        mean = mean_scores(
            (weight, scores) for weight, chunk in inside if (scores := chunk.branches[outcome.branch]) is not None
        )
        detail = decisions.detail(outcome.branch, mean) if mean else None
    tags = best_tags(inside, decisions)
    return Segment(run.start, run.end, outcome.label, detail, probability, tags and tags[:TAGS_PER_SEGMENT])
