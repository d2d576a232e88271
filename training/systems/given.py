"""What a reproduction is given: data, files that embed, and places to work in."""

from dataclasses import dataclass
from pathlib import Path

from training.corpora.usable_clips import FaultPolicy
from training.fit.plan import Precision
from training.recipe import RecipeError
from training.systems.system import System


@dataclass(frozen=True, slots=True)
class Given:
    data: tuple[Path, ...]
    tables: tuple[Path, ...]
    """Published tables of hand-crafted features."""
    embedders: dict[str, Path | None]
    """By the option that names them."""
    epochs: int | None
    """In place of what recipes say, for a first look."""
    takes: int | None
    """Of an epoch; in place of what recipes say, as well."""
    precision: Precision | None
    """Of fits; in place of what recipes say, as well."""
    protocols: frozenset[str]
    """Of networks."""
    seeds: int
    """Of tables."""
    runs: Path
    cache: Path
    jobs: int | None
    faults: FaultPolicy

    def check(self, system: System) -> None:
        """Raises RecipeError if something is missing that the system needs."""
        missing = []
        if system.made_by in {"network", "search", "embedding"} and not self.data:
            missing.append("--data")
        if system.made_by == "table" and not (self.tables or self.data):
            missing.append("--data or --csv")
        if system.embedder and self.embedders[system.embedder] is None:
            missing.append(f"--{system.embedder}")
        if missing:
            raise RecipeError(f"{system.name} needs {' and '.join(missing)}: {system.command}")
