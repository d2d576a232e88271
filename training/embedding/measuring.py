"""Held-out answers of heads, by two protocols: the report's, and one by group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.embedding.chunk_embeddings import ChunkEmbeddings
from training.embedding.embedder import Embeddings
from training.embedding.head import Head, fit_head
from training.embedding.recipe import EmbeddingRecipe
from training.evaluation.calibration import Calibration
from training.evaluation.measure import by_corpus, measure
from training.evaluation.outcome import Outcome
from training.evaluation.predictions import Predictions, join
from training.evaluation.report import report
from training.evaluation.scores import score_chunks
from training.examples import Example
from training.splits import Split, grouped, stratified_hold_out

KNOWN = "embedder has learned these labels"


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """Of all examples, one after the other."""

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


def as_they_are(predictions: Predictions) -> Outcome:
    """Of one fold only: there are no others to calibrate it by."""
    plain = {fold: Calibration() for fold in np.unique(predictions.folds).tolist()}
    return Outcome(
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
