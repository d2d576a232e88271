"""Whether stated probabilities come true: the diagonal is what a calibrated model gives."""

from pathlib import Path

import numpy as np
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from training.evaluation.calibration_error import BINS, bins_of
from training.plot_style import BLUE, GREY, ORANGE, plain_grid, png, set_title

WIDTH_INCHES = 4.8


def reliability_png(path: Path, stated: NDArray[np.float64], came_true: NDArray[np.float32], title: str) -> None:
    """`stated` (items,) in [0, 1], `came_true` (items,) 1, 0 or NaN, as `calibration_error` has them."""
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
