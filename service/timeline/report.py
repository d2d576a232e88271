"""The whole answer, computed from its chunks: the one place, for sound just heard and for answers that come back."""

from collections.abc import Mapping, Sequence

from service.outcomes import Decisions
from service.timeline.averages import best_tags, branch_average, gate_average, joint_labels
from service.timeline.segments import evidence_of, runs_in, segments
from service.timeline.shares import overall_label, shares
from service.timeline.steps import join_steps
from service.types import AudioInfo, Chunk, Options, Peaks, Report, StepTrack

_NO_BRANCHES = frozenset(("gate", "tags"))


def report_of(
    chunks: Sequence[Chunk],
    decisions: Decisions,
    options: Options,
    *,
    identifier: str,
    audio: AudioInfo,
    models: Mapping[str, str],
    peaks: Peaks | None,
    steps: StepTrack | None = None,
) -> Report:
    """`models` names the gate, each branch and the tagger, in the order of the answer. Of `options`, those of segments
    and the hop count. Without `steps`, the chunks' own windows are joined, if they have any."""
    branches = {name: branch_average(chunks, name) for name in models if name not in _NO_BRANCHES}
    track = steps or join_steps(chunks, decisions, options.hop(decisions.chunk_seconds))
    if chunks:
        evidence = evidence_of(chunks, track, decisions)
        runs = runs_in(evidence, decisions, options)
        found = segments(runs, evidence, chunks, decisions)
    else:
        runs, found = [], ()
    return Report(
        id=identifier,
        audio=audio,
        models=models,
        label=overall_label(runs, found, decisions, branches),
        shares=shares(runs, decisions.outcomes),
        gate=gate_average(chunks),
        branches=branches,
        joint=joint_labels(chunks, decisions.outcomes, branches),
        segments=found,
        chunks=tuple(chunks),
        tags=best_tags(((chunk.seconds, chunk) for chunk in chunks), decisions),
        steps=track,
        peaks=peaks,
    )
