"""The same table from sound: a row for each window of each clip, by the front-end that serves."""

from collections.abc import Sequence

import numpy as np

from service.features.handcrafted import NAMES
from training.cache.feature_cache import FeatureCache
from training.examples import Example
from training.tabular.feature_table import FeatureTable, feature_table
from training.tabular.recipe import TabularRecipe


def table_of(recipe: TabularRecipe, examples: Sequence[Example], features: FeatureCache) -> FeatureTable:
    """`features` are of the recipe's front-end, and filled with the examples. Raises NotCached, TableError."""
    frames = [features.frames(example.clip.path) for example in examples]
    owners = [example for example, its in zip(examples, frames, strict=True) for _ in its]
    return feature_table(
        np.concatenate([np.empty((0, len(NAMES)), np.float32), *frames]),
        [recipe.labels[int(owner.targets.argmax())] for owner in owners],
        [owner.clip.group for owner in owners],
        recipe.front_end.window_seconds,
    )
