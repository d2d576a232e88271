"""A recipe for a classifier of hand-crafted features, in one TOML file, and the table of rows that it hears."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from service.features.handcrafted import NAMES, Handcrafted
from training.cache.file_cache import FeatureCache
from training.examples import Example
from training.recipe import FrozenTable, LabelledRecipe
from training.tabular.classifiers import CLASSIFIERS, Classifier
from training.tabular.feature_table import FeatureTable, feature_table


class ClassifierChoice(FrozenTable):
    kind: str
    """A name in CLASSIFIERS, where its settings are."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.kind not in CLASSIFIERS:
            raise ValueError(f"there is no {self.kind!r}; there are {', '.join(CLASSIFIERS)}")
        return self


class TabularEvaluation(FrozenTable):
    folds: int = Field(default=5, ge=2, le=50)
    """By group."""


class TabularRecipe(LabelledRecipe):
    front_end: Handcrafted
    classifier: ClassifierChoice
    evaluation: TabularEvaluation = TabularEvaluation()

    @property
    def learner(self) -> Classifier:
        return CLASSIFIERS[self.classifier.kind]


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
