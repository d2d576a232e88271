"""Pictures of held-out answers: which labels are taken for which others, and whether stated probabilities come true."""

from pathlib import Path

import numpy as np
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from training.evaluation.metrics import BINS, bins_of
from training.evaluation.metrics_report import Confusion
from training.plot_style import BLUE, GREY, ORANGE, plain_grid, png, set_title

CELL_INCHES = 0.32
"""Room for three digits."""
LEAST_INCHES = 2.8
LETTER_INCHES = 0.085


def confusion_png(path: Path, confusion: Confusion, title: str) -> None:
    """To be read at 2 labels and at 40: colour is the share of the row, figures are files."""
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


WIDTH_INCHES = 4.8


def reliability_png(path: Path, stated: NDArray[np.float64], came_true: NDArray[np.float32], title: str) -> None:
    """The diagonal is what a calibrated model gives. `stated` (items,) in [0, 1], `came_true` (items,) 1, 0 or NaN, as
    `calibration_error` has them."""
    known = ~np.isnan(came_true)
    bins = bins_of(stated[known])
    counts = np.bincount(bins, minlength=BINS)
    filled = counts > 0
    means, shares = (
        np.bincount(bins, amounts, minlength=BINS)[filled] / counts[filled]
        for amounts in (stated[known], came_true[known])
    )
    with png(path, WIDTH_INCHES, 5.4) as figure:
        curve, histogram = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        curve.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)), label="calibrated")
        curve.vlines(means, means, shares, color=ORANGE, linewidth=2, alpha=0.5, label="gap")
        curve.plot(means, shares, color=BLUE, marker="o", markersize=5, linewidth=1.5, label="measured", clip_on=False)
        set_title(curve, title, WIDTH_INCHES - 0.8)
        curve.set(ylabel="came true", xlim=(0, 1), ylim=(0, 1))
        curve.legend(loc="upper left")
        histogram.bar((np.arange(BINS) + 0.5) / BINS, counts, width=0.9 / BINS, color=BLUE)
        histogram.set(xlabel="stated probability", ylabel="how many")
        curve.yaxis.set_major_formatter(PercentFormatter(1.0))
        histogram.xaxis.set_major_formatter(PercentFormatter(1.0))
        plain_grid(curve)
        plain_grid(histogram)
