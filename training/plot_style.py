"""How all plots look: one size of type, few lines, colours that the colour-blind can tell apart."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 160
PAD_INCHES = 0.1
TITLE_LETTER_INCHES = 0.105
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#6b6b6b"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
}


@contextmanager
def png(path: Path, width: float, height: float) -> Iterator[Figure]:
    """A figure of about this size in inches, written to `path` at the end, as large as what is on it needs."""
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
        figure.savefig(path, format="png", bbox_inches="tight", pad_inches=PAD_INCHES, metadata={"Software": None})


def set_title(axes: Axes, title: str, inches: float) -> None:
    """In as many lines as a width of `inches` needs."""
    axes.set_title(textwrap.fill(title, max(1, int(inches / TITLE_LETTER_INCHES))))


def plain_grid(axes: Axes) -> None:
    axes.grid(visible=True)
    axes.tick_params(length=0)
