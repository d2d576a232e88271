"""Held-out answers of heads, by two protocols: the report's, and one by group; and a picture of their embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from training.embedding.chunk_embeddings import ChunkEmbeddings
from training.embedding.embedders import Embeddings
from training.embedding.embedding_head import Head, fit_head
from training.embedding.embedding_recipe import EmbeddingRecipe
from training.evaluation.held_out_metrics import by_corpus, measure, score_chunks
from training.evaluation.measured_outcome import MeasuredOutcome
from training.evaluation.metrics_report import report
from training.evaluation.predictions import Predictions, join
from training.evaluation.thresholds import Calibration
from training.examples import Example
from training.plot_style import BLUE, GREEN, GREY, ORANGE, plain_grid, png, set_title
from training.splits import Fold, Split, grouped, stratified_hold_out

KNOWN = "embedder has learned these labels"
SIDE_INCHES = 4.2
MOST_POINTS = 4_000
"""A side; more would only be one blot."""
FEW = (BLUE, ORANGE, GREEN, GREY)


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """Chunks of all examples, one after the other."""

    embeddings: Embeddings
    """(chunks, width)"""
    seconds: NDArray[np.float32]
    """(chunks,)"""
    owners: NDArray[np.int64]
    """(chunks,), indices of the examples."""
    targets: NDArray[np.int64]
    """(chunks,), indices of the labels."""

    def of(self, examples: Sequence[int]) -> NDArray[np.bool_]:
        """(chunks,)"""
        return np.isin(self.owners, examples)


def chunks_of_all(examples: Sequence[Example], embeddings: ChunkEmbeddings) -> Chunks:
    parts = [embeddings.of(example.clip.path) for example in examples]
    counts = [len(seconds) for _, seconds in parts]
    labels = np.array([int(np.argmax(example.targets)) for example in examples])
    return Chunks(
        embeddings=np.concatenate([rows for rows, _ in parts]),
        seconds=np.concatenate([seconds for _, seconds in parts]),
        owners=np.repeat(np.arange(len(examples)), counts),
        targets=np.repeat(labels, counts),
    )


def by_group(recipe: EmbeddingRecipe, examples: Sequence[Example]) -> Split:
    """Raises SplitError."""
    split = grouped(_strata(examples), _groups(examples), recipe.evaluation.folds, recipe.seed)
    return _told_of_labels(split, recipe)


def by_file(recipe: EmbeddingRecipe, examples: Sequence[Example]) -> Split:
    """Once, labels even, at random: leaks if parts of one group fall on both sides. Raises SplitError."""
    split = stratified_hold_out(_strata(examples), _groups(examples), recipe.evaluation.holdout, recipe.seed)
    return _told_of_labels(split, recipe)


def held_out(recipe: EmbeddingRecipe, examples: Sequence[Example], chunks: Chunks, split: Split) -> Predictions:
    return join([_fold(recipe, examples, chunks, split, number) for number in range(len(split.folds))])


def head_of(recipe: EmbeddingRecipe, chunks: Chunks, examples: Sequence[int]) -> Head:
    """Learned from these examples."""
    known = chunks.of(examples)
    return fit_head(recipe.pca, recipe.classifier, chunks.embeddings[known], chunks.targets[known], len(recipe.labels))


def as_they_are(predictions: Predictions) -> MeasuredOutcome:
    """The outcome of one fold only: there are no others to calibrate it by."""
    plain = {fold: Calibration() for fold in np.unique(predictions.folds).tolist()}
    return MeasuredOutcome(
        metrics=measure(predictions, plain),
        by_corpus=by_corpus(predictions, plain) if len(set(predictions.corpora)) > 1 else {},
        left_out={},
        calibration=Calibration(),
        report=report(predictions, plain),
        scores=score_chunks(predictions, plain),
    )


def _fold(
    recipe: EmbeddingRecipe, examples: Sequence[Example], chunks: Chunks, split: Split, number: int
) -> Predictions:
    fold = split.folds[number]
    head, asked = head_of(recipe, chunks, fold.train), chunks.of(fold.test)
    test = sorted(fold.test)
    return Predictions(
        labels=recipe.labels,
        activation="softmax",
        split=split.name,
        leaks=split.leaks,
        chunk_logits=head.logits(chunks.embeddings[asked]).astype(np.float32),
        chunk_files=np.searchsorted(test, chunks.owners[asked]).astype(np.int64),
        chunk_seconds=chunks.seconds[asked],
        targets=np.stack([examples[index].targets for index in test]),
        groups=tuple(examples[index].clip.group for index in test),
        corpora=tuple(examples[index].clip.corpus for index in test),
        names=tuple(examples[index].name for index in test),
        folds=np.full(len(test), number, dtype=np.int64),
    )


def _told_of_labels(split: Split, recipe: EmbeddingRecipe) -> Split:
    """No split is honest where the embedder itself has learned what holds for the held-out files."""
    if {source.corpus for source in recipe.sources}.isdisjoint(recipe.embedder.learned_from):
        return split
    return replace(split, name=f"{split.name}, {KNOWN}", leaks=True)


def _strata(examples: Sequence[Example]) -> list[str]:
    return [example.stratum for example in examples]


def _groups(examples: Sequence[Example]) -> list[str]:
    return [example.clip.group for example in examples]


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
