"""A classifier's answers to every song, by a fit that has not seen the song: what its card is written from."""

import numpy as np

from training.evaluation.predictions import Predictions
from training.splits import grouped
from training.tabular.classifiers import Classifier
from training.tabular.feature_table import FeatureTable
from training.tabular.graph import LEAST_PROBABILITY


def held_out(table: FeatureTable, classifier: Classifier, row_seconds: float, folds: int, seed: int) -> Predictions:
    """Files are songs, chunks are rows, each of `row_seconds`. Raises SplitError if there are too few songs."""
    split = grouped(table.truth, table.groups, folds, seed)
    targets, logits = table.targets, np.zeros((len(table.truth), len(table.labels)), dtype=np.float32)
    fold_of = np.zeros(len(table.truth), dtype=np.int64)
    for number, fold in enumerate(split.folds):
        train, test = np.array(fold.train), np.array(fold.test)
        likely = classifier.fit(table.rows[train], targets[train], seed).probabilities(table.rows[test])
        logits[test] = np.log(np.maximum(likely, LEAST_PROBABILITY))
        fold_of[test] = number
    # A recording may stand under two labels, as one song of GTZAN does: each is a file of its own.
    files, first, owners = np.unique(
        [f"{group} as {label}" for group, label in zip(table.groups, table.truth, strict=True)],
        return_index=True,
        return_inverse=True,
    )
    return Predictions(
        labels=table.labels,
        activation="softmax",
        split=split.name,
        leaks=split.leaks,
        chunk_logits=logits,
        chunk_files=owners.astype(np.int64),
        chunk_seconds=np.full(len(owners), row_seconds, dtype=np.float32),
        targets=np.eye(len(table.labels), dtype=np.float32)[targets[first]],
        groups=tuple(table.groups[index] for index in first.tolist()),
        corpora=("table",) * len(files),
        names=tuple(files.tolist()),
        folds=fold_of[first],
    )
