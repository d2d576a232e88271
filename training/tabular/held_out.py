"""A classifier's answers to every clip, by a fit that has not heard the song: what its card is written from."""

from collections.abc import Sequence

import numpy as np

from training.cache.feature_cache import FeatureCache
from training.evaluation.predictions import Predictions
from training.examples import Example
from training.splits import grouped
from training.tabular.graph import LEAST_PROBABILITY
from training.tabular.heard_table import table_of
from training.tabular.recipe import TabularRecipe


def held_out(recipe: TabularRecipe, examples: Sequence[Example], features: FeatureCache) -> Predictions:
    """Chunks are the windows of `features`. Raises SplitError if there are too few songs."""
    table = table_of(recipe, examples, features)
    split = grouped(table.truth, table.groups, recipe.evaluation.folds, recipe.seed)
    targets, logits = table.targets, np.zeros((len(table.truth), len(table.labels)), dtype=np.float32)
    fold_of = np.zeros(len(table.truth), dtype=np.int64)
    for number, fold in enumerate(split.folds):
        train, test = np.array(fold.train), np.array(fold.test)
        likely = recipe.learner.fit(table.rows[train], targets[train], recipe.seed).probabilities(table.rows[test])
        logits[test] = np.log(np.maximum(likely, LEAST_PROBABILITY))
        fold_of[test] = number
    owners = np.repeat(np.arange(len(examples)), [len(features.frames(one.clip.path)) for one in examples])
    _, first = np.unique(owners, return_index=True)
    return Predictions(
        labels=table.labels,
        activation="softmax",
        split=split.name,
        leaks=split.leaks,
        chunk_logits=logits,
        chunk_files=owners.astype(np.int64),
        chunk_seconds=np.full(len(owners), recipe.front_end.window_seconds, dtype=np.float32),
        targets=np.eye(len(table.labels), dtype=np.float32)[targets[first]],
        groups=tuple(table.groups[index] for index in first.tolist()),
        corpora=tuple(example.clip.corpus for example in examples),
        names=tuple(example.name for example in examples),
        folds=fold_of[first],
    )
