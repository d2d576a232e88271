"""How a fit went, epoch by epoch."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Epoch:
    number: int
    train_loss: float
    train_score: float
    """Share of heard labels that the network had right while learning."""
    validation_loss: float | None
    validation_score: float | None
    seconds: float


def best_epoch(curve: Sequence[Epoch]) -> int:
    """Number of the epoch with the lowest validation loss; the last one where nothing was validated."""
    validated = [(epoch.validation_loss, epoch.number) for epoch in curve if epoch.validation_loss is not None]
    return min(validated)[1] if validated else curve[-1].number


def write_curve(path: Path, curve: Sequence[Epoch]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Epoch)])
        writer.writeheader()
        writer.writerows(asdict(epoch) for epoch in curve)
