"""How a fit went, as a picture."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from training.fit.curve import Epoch, best_epoch
from training.plot_style import BLUE, GREY, ORANGE, plain_grid, png, set_title

WIDTH_INCHES = 6.4


def curve_png(path: Path, curve: Sequence[Epoch], title: str) -> None:
    """Losses above, shares of right answers below if there are any; the epoch whose weights are kept is marked."""
    has_scores = any(epoch.train_score is not None for epoch in curve)
    with png(path, WIDTH_INCHES, 5.2 if has_scores else 3.0) as figure:
        panels: list[Axes] = figure.subplots(2 if has_scores else 1, 1, sharex=True, squeeze=False)[:, 0].tolist()
        set_title(panels[0], title, WIDTH_INCHES - 0.8)
        _lines(panels[0], curve, "loss")
        panels[0].set_ylim(bottom=0)
        panels[0].legend(loc="upper right")
        if has_scores:
            _lines(panels[1], curve, "score")
            panels[1].set_ylabel("right")
        panels[-1].set_xlabel("epoch")
        panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        for axes in panels:
            axes.axvline(best_epoch(curve), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
            plain_grid(axes)


def _lines(axes: Axes, curve: Sequence[Epoch], what: str) -> None:
    for side, label, color in (("train", "training", BLUE), ("validation", "validation", ORANGE)):
        points = [(epoch.number, getattr(epoch, f"{side}_{what}")) for epoch in curve]
        known = [(number, value) for number, value in points if value is not None]
        if known:
            axes.plot(*zip(*known, strict=True), color=color, marker=".", label=label)
    axes.set_ylabel(what)
