"""Which labels are taken for which others, as a picture that can be read at 2 labels and at 40."""

from pathlib import Path

import numpy as np
from matplotlib.ticker import PercentFormatter

from training.evaluation.confusion import Confusion
from training.plot_style import png, set_title

CELL_INCHES = 0.32
"""Room for three digits."""
LEAST_INCHES = 2.8
LETTER_INCHES = 0.085


def confusion_png(path: Path, confusion: Confusion, title: str) -> None:
    """Colour is the share of the row, figures are files."""
    labels, counts = confusion.answers, confusion.counts
    files = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, files, out=np.zeros(counts.shape), where=files > 0)
    square = max(LEAST_INCHES, CELL_INCHES * len(labels))
    names = LETTER_INCHES * max(map(len, labels))
    fit_below_cells = names < square / len(labels)
    with png(path, square + names + 1.6, square + (0.2 if fit_below_cells else names) + 1.0) as figure:
        axes = figure.add_subplot()
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        axes.set_xticks(range(len(labels)), labels, rotation=0 if fit_below_cells else 90)
        axes.set_yticks(range(len(labels)), labels)
        axes.set(xlabel="the model's answer", ylabel="true label")
        set_title(axes, title, square + 1)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xticks(np.arange(0.5, len(labels) - 1), minor=True)
        axes.set_yticks(np.arange(0.5, len(labels) - 1), minor=True)
        axes.grid(which="minor", color="white", linewidth=1)
        axes.tick_params(which="minor", length=0)
        for row, column in np.argwhere(counts).tolist():
            ink = "white" if shares[row, column] > 0.55 else "black"
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink, fontsize=8)
        bar = figure.colorbar(image, ax=axes, shrink=min(1.0, 3 / square), pad=0.02, format=PercentFormatter(1.0))
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0)
        bar.set_label("of the files with that label")
