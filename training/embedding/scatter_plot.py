"""The two strongest principal components of embeddings, by label: of what was learned from, and of what was tested."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from sklearn.decomposition import PCA

from training.embedding.measuring import Chunks
from training.plot_style import BLUE, GREEN, GREY, ORANGE, plain_grid, png, set_title
from training.splits import Fold

SIDE_INCHES = 4.2
MOST_POINTS = 4_000
"""A side; more would only be one blot."""
FEW = (BLUE, ORANGE, GREEN, GREY)


def scatter_png(path: Path, chunks: Chunks, fold: Fold, labels: tuple[str, ...], title: str) -> None:
    """Chunks are standardised and projected by what is known of the training side. Raises nothing for narrow
    embeddings: one number alone is drawn on a line."""
    train, test = chunks.of(fold.train), chunks.of(fold.test)
    known = chunks.embeddings[train].astype(np.float64)
    mean, spread = known.mean(axis=0), known.std(axis=0)
    spread[spread == 0] = 1
    pca = PCA(min(2, *known.shape), svd_solver="covariance_eigh").fit((known - mean) / spread)
    shares = pca.explained_variance_ratio_
    with png(path, 2 * SIDE_INCHES + 1.2, SIDE_INCHES + 0.6) as figure:
        sides = figure.subplots(1, 2, sharex=True, sharey=True)
        for axes, side, mask in zip(sides, ("learned from", "tested"), (train, test), strict=True):
            points = pca.transform((chunks.embeddings[mask] - mean) / spread)
            flat = np.column_stack([points, np.zeros(len(points))])[:, :2]
            for label, (name, colour) in enumerate(zip(labels, _colours(len(labels)), strict=True)):
                its = flat[chunks.targets[mask] == label]
                step = max(1, len(flat) // MOST_POINTS)
                axes.scatter(*its[::step].T, s=7, color=colour, alpha=0.45, linewidths=0, label=name)
            axes.set_xlabel(f"first component, {shares[0]:.0%} of the variance")
            set_title(axes, side, SIDE_INCHES)
            plain_grid(axes)
        if len(shares) > 1:
            sides[0].set_ylabel(f"second component, {shares[1]:.0%} of the variance")
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
        legend = figure.legend(*sides[0].get_legend_handles_labels(), loc="outside right upper", markerscale=2.5)
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_alpha(1)


def _colours(count: int) -> Sequence[object]:
    return FEW[:count] if count <= len(FEW) else [colormaps["tab20"](index % 20) for index in range(count)]
