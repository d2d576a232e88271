"""On what terms a worker process works."""

from dataclasses import dataclass

from service.settings import Settings


@dataclass(frozen=True, slots=True)
class WorkerTerms:
    settings: Settings
    niceness: int = 0
    """Added to that of the parent: above 0, the parent gets the processor first."""
    memory_bytes: int | None = None
    """Most data that the process may hold, its libraries' own among it; None sets no limit."""
