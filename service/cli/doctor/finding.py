"""One thing that was examined."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    topic: str
    state: State
    says: str
    remedy: str | None = None
    """What to do about it, where there is something to do."""
