"""The words of the domain: what was asked, what was heard, what is answered. Rests on nothing of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:  # a process that only passes answers on does without NumPy
    import numpy as np
    from numpy.typing import NDArray

Scores = Mapping[str, float]
"""Label -> probability in [0, 1], in the order of the model's labels."""

SILENCE = "silence"
OTHER = "other"
"""The label of a branch for what is none of the kinds that it knows."""
MIN_TAG = 0.05
"""Tags less probable than this are left out of a chunk: 527 of them for each would fill the memory."""
MAX_TAGS_PER_CHUNK = 10


def best(scores: Scores) -> str:
    """The most probable label; of equals, the first."""
    return max(scores, key=scores.__getitem__)


def best_label(scores: Scores, other_below: float | None = None) -> str:
    """The most probable label, or `other` where no known kind reaches `other_below`."""
    found = best(scores)
    return OTHER if other_below is not None and scores[found] < other_below else found


MIN_HOP_SECONDS = 0.1
"""Thirty chunks for every chunk of sound: finer steps cost more and show nothing new."""
MAX_SECONDS = 1e6
"""Eleven days: longer than any sound, short enough to count in samples."""
MAX_PEAKS_PER_SECOND = 100
"""A value for every hundredth of a second shows words apart; those of four hours take 6 MB."""


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """The bounds of an option, and what every interface says about it."""

    help: str
    example: float
    default_words: str | None = None
    """The default, where its value says too little."""
    least: float = 0
    most: float = MAX_SECONDS


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may ask of one analysis. Times are seconds of the file.

    Each option is declared here alone. `http/query.py` and `cli/shared_options.py` offer it by its name."""

    hop_seconds: Annotated[
        float | None,
        OptionSpec("Seconds from one chunk to the next; at most one chunk.", 1.0, "one chunk", MIN_HOP_SECONDS, inf),
    ] = None
    start_seconds: Annotated[float, OptionSpec("Second at which the analysis starts.", 30.0)] = 0.0
    end_seconds: Annotated[
        float | None, OptionSpec("Second at which the analysis ends, after its start.", 90.0, "the end")
    ] = None
    smoothing: Annotated[
        float | None,
        OptionSpec("Cost of a change of label, in nats per step or chunk; 0 for none.", 2.0, "what suits the gate"),
    ] = None
    min_segment_seconds: Annotated[float, OptionSpec("Segments shorter than this go to their neighbours.", 5.0)] = 0.0
    merge_gap_seconds: Annotated[float, OptionSpec("Gaps in a label that are shorter than this are closed.", 2.0)] = 0.0
    peaks_per_second: Annotated[
        int,
        OptionSpec("Waveform peaks per second, in JSON and NDJSON; 0 for none.", 20, "none", 0, MAX_PEAKS_PER_SECOND),
    ] = 0

    def hop(self, chunk_seconds: float) -> float:
        """Seconds from one chunk to the next."""
        return chunk_seconds if self.hop_seconds is None else self.hop_seconds


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What the decoder found, measured while decoding rather than believed from the header."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    duration_seconds: float
    silence_ratio: float
    clipping_ratio: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Peaks:
    """A waveform overview. Value i, in [0, 1], is the largest magnitude from i / per_second seconds on, until the next.

    Time 0 is where listening began. `values` may still grow while an analysis is under way."""

    per_second: int
    values: Sequence[float]


@dataclass(frozen=True, slots=True, eq=False)
class StepWindow:
    """What a gate that speaks in steps said of one window: `values` float32 (steps, labels), probabilities."""

    start: float
    seconds: float
    values: "NDArray[np.float32]"
    silent: "NDArray[np.bool_]"
    """bool (steps,): nothing sounds in this step."""


@dataclass(frozen=True, slots=True, eq=False)
class StepTrack:
    """The gate's answer on one even grid: `values` float32 (steps, labels), NaN where the sound is silent.

    Step i lasts from `start` + i * `step_seconds` to the next; the last one may end before that, with the sound."""

    start: float
    step_seconds: float
    labels: tuple[str, ...]
    values: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One place of the grid. `gate` is None where the chunk is silent, a branch is None where it did not listen."""

    start: float
    end: float
    gate: Scores | None
    branches: Mapping[str, Scores | None]
    tags: Scores | None = None
    """The most probable tags, best first; None where no tagger listened."""
    steps: tuple[StepWindow, ...] = ()
    """What the gate said step by step, for each window that it heard; empty if it speaks per chunk."""

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one label. `detail` is the branch's best label there, `probability` the label's own mean."""

    start: float
    end: float
    label: str
    detail: str | None
    probability: float
    tags: "tuple[LabelProbability, ...] | None" = None
    """The best ones; None if the cascade has no tagger."""

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class BranchAverage:
    """Mean over the chunks that a branch heard; `probabilities` is None if it heard none."""

    seconds: float
    probabilities: Scores | None


@dataclass(frozen=True, slots=True)
class LabelProbability:
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer for one file."""

    id: str
    audio: AudioInfo
    models: Mapping[str, str]
    label: str
    shares: Mapping[str, float]
    """Part of the time, in [0, 1], for which each gate label, `both`, `neither` and `silent` hold, by the segments."""
    gate: Scores | None
    branches: Mapping[str, BranchAverage]
    joint: tuple[LabelProbability, ...]
    segments: tuple[Segment, ...]
    chunks: tuple[Chunk, ...]
    tags: tuple[LabelProbability, ...] | None = None
    """Above their thresholds, best first; None if the cascade has no tagger."""
    steps: StepTrack | None = None
    """None if the gate speaks per chunk."""
    peaks: Peaks | None = None
    """None unless they were asked for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis has come; `total_seconds` is what the header claims, if it claims anything."""

    done_seconds: float
    total_seconds: float | None
