"""What the parent asks of a worker, and what it hears. Light: the parent needs nothing that analyses."""

from dataclasses import dataclass

from service.errors import EarmarkError
from service.types import Options, Progress, Report


@dataclass(frozen=True, slots=True)
class Job:
    """A path that the worker opens itself: sound never crosses the pipe."""

    path: str
    options: Options


Message = Progress | Report | EarmarkError
"""What a worker sends: progress, then exactly one answer per job. None says that its models are loaded."""
