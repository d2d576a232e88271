"""The words of the domain: what was asked, what was heard, what is answered. Rests on nothing of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Scores = Mapping[str, float]
"""Label -> probability in [0, 1], in the order of the model's labels."""

SILENCE = "silence"


def best(scores: Scores) -> str:
    """The most probable label; of equals, the first."""
    return max(scores, key=scores.__getitem__)


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may ask of one analysis. Times are seconds of the file."""

    hop_seconds: float | None = None
    """From the start of one chunk to that of the next; None: as long as a chunk is."""
    start_seconds: float = 0.0
    end_seconds: float | None = None
    smoothing: float = 1.0
    """Price of a change of label in nats per chunk length; 0 takes every chunk at its word."""
    min_segment_seconds: float = 0.0
    merge_gap_seconds: float = 0.0
    peaks_per_second: int = 0
    """Values of a waveform overview; 0 makes none."""

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


@dataclass(frozen=True, slots=True)
class Chunk:
    """One step of the grid. `gate` is None where the chunk is silent, a branch is None where it did not listen."""

    start: float
    end: float
    gate: Scores | None
    branches: Mapping[str, Scores | None]

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

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class BranchAverage:
    """Mean over the chunks that a branch heard; `probabilities` is None if it heard none."""

    seconds: float
    probabilities: Scores | None


@dataclass(frozen=True, slots=True)
class JointLabel:
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer for one file."""

    id: str
    audio: AudioInfo
    models: Mapping[str, str]
    label: str
    gate: Scores | None
    branches: Mapping[str, BranchAverage]
    joint: tuple[JointLabel, ...]
    segments: tuple[Segment, ...]
    chunks: tuple[Chunk, ...]
    peaks: Peaks | None = None
    """None unless they were asked for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis has come; `total_seconds` is what the header claims, if it claims anything."""

    done_seconds: float
    total_seconds: float | None
