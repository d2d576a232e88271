"""The ear's recipe: what it begins from, how it is tuned, and every head that is fitted to what it hears."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from service.inference.manifest import VERSION_PATTERN, Label, Name, explain
from service.types import OTHER
from training.augment.augment_plan import AugmentPlan
from training.ear.steps_head import HeadPlan as StepsPlan
from training.ear.tuning import TuningPlan
from training.recipe import FrozenTable, RecipeError, Source, values_in

KIND = "ear"


class HeadSource(FrozenTable):
    """Clips that a head learns from. A clip goes by the first source that it fits."""

    corpus: str
    labels: tuple[str, ...] | None = None
    """The corpus's own labels; all of them if not given."""
    holds: Label | None = None
    """The head's label that holds for these clips; their own label, if not given."""
    kind: str = ""
    """A kind of `other`: each kind has a place of its own among the labels, and their sum is `other`."""
    weight: float = Field(default=1.0, gt=0)
    """Weight of a clip. Clips of one group share the weight of the square root of their number."""

    def fits(self, corpus: str, label: str) -> bool:
        return corpus == self.corpus and (self.labels is None or label in self.labels)


class HeadRecipe(FrozenTable):
    """A softmax regression on the embedding."""

    task: str
    labels: tuple[Label, ...] = Field(min_length=2)
    sources: tuple[HeadSource, ...] = Field(min_length=1)
    inputs: Literal["deep", "all"] = "all"
    """The last layer's mean and the tags' hidden layer only, or the inner blocks' means and maxima, too."""
    strength: float = Field(default=0.01, gt=0)
    """The inverse of the penalty, as scikit-learn's C."""
    balance: float = Field(default=1.0, ge=0, le=1)
    """1: every label counts the same; 0: every clip does."""
    copies: int = Field(default=0, ge=0)
    """Augmented copies of each clip that are learned from, beside the clip itself."""
    other_offset: float = 0.0
    """Added to the logits of `other`."""
    lost: float = Field(default=0.05, gt=0, lt=0.5)
    """Share of the rightly named that may become `other`."""
    ships: bool = True
    """Others are only measured."""
    weaknesses: tuple[str, ...] = ()

    @property
    def has_other(self) -> bool:
        return OTHER in self.labels

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of `other`."""
        return tuple(dict.fromkeys(one.kind for one in self.sources if one.holds == OTHER))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label stands twice in {', '.join(self.labels)}")
        if self.has_other and self.labels[-1] != OTHER:
            raise ValueError(f"{OTHER!r} must be the last label; it stands before {self.labels[-1]!r}")
        for source in self.sources:
            if source.holds is not None and source.holds not in self.labels:
                raise ValueError(f"source {source.corpus} names {source.holds}: no label of this head")
            if source.kind and source.holds != OTHER:
                raise ValueError(f"source {source.corpus}: only {OTHER!r} has kinds")
        return self


class GateRecipe(FrozenTable):
    """The gate's head over the steps. Its sources' labels are music and speech, and any number may hold."""

    task: str
    sources: tuple[Source, ...] = Field(min_length=1)
    first_strings: int = Field(default=300, ge=1)
    """Strings of pieces, of 30 s each, that the head learns from that the tuning begins with."""
    strings: int = Field(default=1_400, ge=1)
    """As many for the head that ships, beside whole recordings."""
    whole_weight: float = Field(default=0.7, ge=0)
    """Weight of a step of a whole recording, against one of a string."""
    left_out_strings: int = Field(default=0, ge=0)
    """As many for a head that has learned from all corpora but one, on the ear as it began; 0: that is not measured."""
    programmes: int = Field(default=20, ge=1)
    """Strung from held-out groups of a fold, of 180 s each, that it is measured on."""
    head: StepsPlan = StepsPlan()
    tuning: TuningPlan | None = None
    """Tuning of the ear, on the same sources. Without it the ear stays as it began."""
    weaknesses: tuple[str, ...] = ()


class TagsRecipe(FrozenTable):
    """The published classifier, in labels that answers can carry."""

    task: str
    labels_file: str
    """CSV with the names, a column `display_name`, beside the recipe."""
    threshold: float = Field(default=0.3, gt=0, lt=1)
    """Where the data says nothing of a class."""
    same_as: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Class -> clips that have it, as `corpus: label`. Its threshold is fitted to them, against the other clips."""
    weaknesses: tuple[str, ...] = ()


class EarRecipe(FrozenTable):
    kind: Literal["ear"] = "ear"
    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    seed: int = Field(ge=0)
    chunk_seconds: float = Field(default=3.0, gt=0)
    folds: int = Field(default=5, ge=2)
    """Folds of groups, for heads."""
    gate_folds: int = Field(default=3, ge=2)
    """Folds of groups, for the gate, and for the ear if that is tuned."""
    width: float = Field(default=0.4, gt=0)
    """Width of the network, where it begins from random weights."""
    begun_from: str = ""
    """What the weights are, whose, and under which licence: into manifests and cards."""
    same_group_after: tuple[str, ...] = ()
    augment: AugmentPlan = AugmentPlan()
    gate: GateRecipe
    heads: dict[Name, HeadRecipe]
    tags: TagsRecipe | None = None

    @property
    def corpora(self) -> frozenset[str]:
        of_heads = {source.corpus for head in self.heads.values() for source in head.sources}
        return frozenset(of_heads | {source.corpus for source in self.gate.sources})

    @property
    def copies(self) -> int:
        return max((head.copies for head in self.heads.values()), default=0)


def is_ear_recipe(path: Path) -> bool:
    """Raises RecipeError if the file cannot be read."""
    return values_in(path).get("kind") == KIND


def read_ear_recipe(path: Path, changes: dict[str, Any] | None = None) -> EarRecipe:
    """`changes` replace tables or values of the first level. Raises RecipeError."""
    try:
        return EarRecipe.model_validate({**values_in(path), **(changes or {})})
    except ValidationError as error:
        raise RecipeError(f"{path}: {explain(error)}.") from None
