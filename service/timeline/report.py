"""The whole answer, computed from its chunks: the one place, for sound just heard and for answers that come back."""

from collections.abc import Mapping, Sequence

from service.outcomes import Outcomes
from service.timeline.averages import branch_average, gate_average, joint_labels, overall_label
from service.timeline.segments import segments
from service.types import AudioInfo, Chunk, Options, Peaks, Report


def report_of(
    chunks: Sequence[Chunk],
    outcomes: Outcomes,
    options: Options,
    chunk_seconds: float,
    *,
    identifier: str,
    audio: AudioInfo,
    models: Mapping[str, str],
    peaks: Peaks | None,
) -> Report:
    """`models` names the gate and each branch, in the order of the answer; of `options`, those of segments count."""
    branches = {name: branch_average(chunks, name) for name in models if name != "gate"}
    return Report(
        id=identifier,
        audio=audio,
        models=models,
        label=overall_label(chunks, outcomes, branches),
        gate=gate_average(chunks),
        branches=branches,
        joint=joint_labels(chunks, outcomes, branches),
        segments=segments(chunks, outcomes, options, chunk_seconds),
        chunks=tuple(chunks),
        peaks=peaks,
    )
