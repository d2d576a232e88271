"""What was measured of the systems, kept as a table of text."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from training.recipe import RecipeError

RESULTS = Path("training/systems/results.csv")
REPORT = "report"
"""The report's protocol."""
GROUP = "group"
"""The same by group: nothing of one recording on both sides."""
OFFICIAL = "official"
"""The folds that the corpus was published with."""


@dataclass(frozen=True, slots=True)
class Result:
    """`accuracy`, balanced where the system's metric is, and its 95 % interval in [0, 1]; NaN if there is none."""

    system: str
    protocol: str
    """REPORT, GROUP, OFFICIAL, or the name of another one."""
    split: str
    leaks: bool
    accuracy: float
    low: float
    high: float
    data: str
    seconds: float
    """Time for all that was computed for it; NaN if that was not measured."""
    device: str
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.system, self.protocol


def read_results(path: Path) -> tuple[Result, ...]:
    """Nothing if there is no such file. Raises RecipeError."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        try:
            return tuple(_result(row) for row in rows)
        except (KeyError, TypeError, ValueError) as error:
            raise RecipeError(f"{path}, line {rows.line_num}: no result of a system: {error}.") from None


def write_results(path: Path, results: Sequence[Result]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Result)], lineterminator="\n")
        writer.writeheader()
        for result in results:
            rounded = {name: f"{getattr(result, name):.4f}" for name in ("accuracy", "low", "high")}
            writer.writerow({**asdict(result), **rounded, "seconds": f"{result.seconds:.0f}"})


def with_new(old: Sequence[Result], new: Sequence[Result]) -> tuple[Result, ...]:
    """A system's number under a protocol takes the place of the one before, unless only that one was fitted in full."""
    together = {one.key: one for one in old}
    for one in new:
        before = together.get(one.key)
        if before is None or before.note or not one.note:
            together[one.key] = one
    return tuple(together.values())


def _result(row: dict[str, str]) -> Result:
    return Result(
        system=row["system"],
        protocol=row["protocol"],
        split=row["split"],
        leaks={"True": True, "False": False}[row["leaks"]],
        accuracy=float(row["accuracy"]),
        low=float(row["low"]),
        high=float(row["high"]),
        data=row["data"],
        seconds=float(row["seconds"]),
        device=row["device"],
        note=row["note"],
    )
