"""A recipe for a classifier of hand-crafted features, in one TOML file."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.features.handcrafted import Handcrafted
from training.labelled_recipe import LabelledRecipe
from training.tabular.classifiers import CLASSIFIERS, Classifier


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Frozen):
    kind: str
    """A name in CLASSIFIERS, where its settings are."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.kind not in CLASSIFIERS:
            raise ValueError(f"there is no {self.kind!r}; there are {', '.join(CLASSIFIERS)}")
        return self


class Evaluation(_Frozen):
    folds: int = Field(default=5, ge=2, le=50)
    """By group."""


class TabularRecipe(LabelledRecipe):
    front_end: Handcrafted
    classifier: Choice
    evaluation: Evaluation = Evaluation()

    @property
    def learner(self) -> Classifier:
        return CLASSIFIERS[self.classifier.kind]
