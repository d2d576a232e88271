"""One system of a report: what it is, what the report states of it, and which recipe makes it here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RECIPES = Path(__file__).parents[1] / "recipes"


@dataclass(frozen=True, slots=True)
class System:
    name: str
    report: str
    what: str
    made_by: Literal["network", "embedding", "table", "cascade", "search"]
    protocol: str
    """The report's."""
    stated: float | None = None
    """The accuracy that the report states; None if it has no number for this one."""
    counted: Literal["file", "chunk"] = "file"
    """What one answer of the report is about."""
    folder: str | None = None
    """Of its recipe, in training/recipes; None if it has none."""
    labels: int | None = None
    """How many the report tells apart, where the recipe's data has others."""
    embedder: Literal["weights", "yamnet", "package"] | None = None
    """The option that names the file which embeds."""
    file: str | None = None
    """Name of its recipe; the system's, if not given."""

    @property
    def recipe(self) -> Path:
        assert self.folder is not None
        return RECIPES / self.folder / f"{self.file or self.name}.toml"

    @property
    def metric(self) -> str:
        """Name of the number that is compared, but for what a leaking split adds to it.

        The reports had as many of each label, so that their accuracy is a balanced one."""
        return "balanced_accuracy" if self.counted == "file" else "balanced_accuracy per chunk"

    @property
    def command(self) -> str:
        """What runs it; what is to be filled in is in capitals."""
        given = {
            "network": " --data DATA",
            "search": " --data DATA",
            "embedding": f" --data DATA --{self.embedder} FILE",
            "table": " --data DATA --csv SONGS.csv --csv PARTS.csv",
            "cascade": "",
        }
        return f"python -m training reproduce {self.name}{given[self.made_by]}"
