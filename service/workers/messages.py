"""What crosses between a worker process and its parent. Light: the parent needs nothing that analyses."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.audio.accepted import Encoding
from service.errors import EarmarkError
from service.formats.catalogue import FormatName
from service.formats.document import View
from service.settings import Settings
from service.types import Options, Progress, Report


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """How a worker process is to work: the first thing it gets."""

    settings: Settings
    niceness: int = 0
    """Added to that of the parent: above 0, the parent gets the processor first."""
    memory_bytes: int | None = None
    """Most data that the process may hold, its libraries' own among it; None sets no limit."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How the worker is to write the answer, so that its parent need not: long answers take long to write."""

    format: FormatName
    name: str
    """Name of the sound, as the answer calls it."""
    view: View
    as_it_comes: bool = False
    """Lines of NDJSON as soon as their chunks were heard."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file. Sound never crosses the pipe: the worker opens `path`, or takes the descriptor that follows the job."""

    path: str | None
    options: Options
    writing: Writing | None = None
    """None: the answer is the Report itself."""


@dataclass(frozen=True, slots=True)
class LiveJob:
    """Sound as it is made: interleaved little-endian PCM comes through the descriptor that follows the job."""

    sample_rate: int
    channels: int
    encoding: Encoding
    options: Options
    view: View
    """View of the report at the end, which leaves out what the pieces had: each chunk was one of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of the answer: lines of NDJSON, or one JSON object of a live stream."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What an analysis was, for logs and metrics."""

    container: str
    audio_seconds: float
    """What was listened to."""
    chunks: int
    stages: Mapping[str, float]
    """Seconds of wall time by stage: decode, features, models, write."""


@dataclass(frozen=True, slots=True)
class Written:
    """The whole answer; after pieces, the rest of it."""

    text: str
    facts: Facts


WorkerAnswer = Report | Written | EarmarkError
WorkerMessage = Progress | Piece | WorkerAnswer
"""What a worker sends: progress and pieces, then exactly one answer per job. None says that its models are loaded."""

STOP = None
"""What the parent sends to have the job under way given up; its answer is then Cancelled, unless it was there first."""
