"""One labelled recording, whatever corpus it comes from."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clip:
    """`group` is what must never be split: the song, the speaker, the source recording. `fold` is the corpus's own."""

    path: Path
    label: str
    group: str
    corpus: str
    fold: str | None = None
    licence: str = "unknown"
    name: str = ""
    """The path from the corpus's folder on, with the name of that."""
    is_test: bool = False
    """Belongs to the evaluation set that the corpus was published with."""
