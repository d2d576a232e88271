"""How a fit went, epoch by epoch, as a table and as a picture."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from training.plot_style import BLUE, GREY, ORANGE, plain_grid, png, set_title

WIDTH_INCHES = 6.4


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


def curve_png(path: Path, curve: Sequence[Epoch], title: str) -> None:
    """Losses above, shares of right answers below; the epoch whose weights are kept is marked."""
    with png(path, WIDTH_INCHES, 5.2) as figure:
        losses, scores = figure.subplots(2, 1, sharex=True)
        set_title(losses, title, WIDTH_INCHES - 0.8)
        _lines(losses, curve, "loss")
        losses.set_ylim(bottom=0)
        losses.legend(loc="upper right")
        _lines(scores, curve, "score")
        scores.set_ylabel("right")
        scores.set_xlabel("epoch")
        scores.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axes in (losses, scores):
            axes.axvline(best_epoch(curve), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
            plain_grid(axes)


def _lines(axes: Axes, curve: Sequence[Epoch], what: str) -> None:
    for side, label, color in (("train", "training", BLUE), ("validation", "validation", ORANGE)):
        points = [(epoch.number, getattr(epoch, f"{side}_{what}")) for epoch in curve]
        known = [(number, value) for number, value in points if value is not None]
        if known:
            axes.plot(*zip(*known, strict=True), color=color, marker=".", label=label)
    axes.set_ylabel(what)
