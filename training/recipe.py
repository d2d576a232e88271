"""A recipe: everything that makes a model out of labelled sound, in one TOML file with every number in it."""

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.features.kinds import AnyFrontEnd
from service.inference.manifest import VERSION_PATTERN, Label, Name, explain, frames_in
from training.augment.augment_plan import AugmentPlan
from training.fit.fit_plan import FitPlan
from training.networks.network_kinds import AnyNetwork


class RecipeError(Exception):
    """The recipe cannot be followed. Says where it is wrong."""


class FrozenTable(BaseModel):
    """A table of a recipe: every key must be known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(FrozenTable):
    """Which clips are learned from, and what holds for them. A clip goes by the first source that it fits."""

    corpus: str
    """As the clips name it."""
    labels: tuple[str, ...] | None = None
    """The corpus's own labels; all of them if not given."""
    holds: tuple[Label, ...] | None = None
    """Labels of the model that hold for these clips. If not given, the clip's own label is the one."""
    unknown: tuple[Label, ...] = ()
    """Labels of a sigmoid model that these clips say nothing about: neither learned from nor measured."""
    measured: bool = True
    """Whether these clips are tested on. Others only help to learn."""

    def fits(self, corpus: str, label: str) -> bool:
        return corpus == self.corpus and (self.labels is None or label in self.labels)


class Mixed(FrozenTable):
    """Held-out clips of one label over held-out clips of another; both are to be found."""

    upper: Label
    lower: Label
    min_snr_db: float = Field(ge=-20, le=20)
    max_snr_db: float = Field(ge=-20, le=20)
    """The upper one is so much louder."""
    share: float = Field(default=0.0, ge=0, le=0.9)
    """What part of all that holds a label they are, where its threshold is fitted; 0: it is fitted to clips alone."""

    @property
    def name(self) -> str:
        return f"both found, {self.upper} over {self.lower} at {self.min_snr_db:g} to {self.max_snr_db:g} dB"


class HoldOut(FrozenTable):
    """One fit instead of folds. Shares are of everything that is measured."""

    validation: float = Field(default=0.0, ge=0, le=0.45)
    """Set aside by group to decide when to stop, in place of `fit.validation`."""
    test: float = Field(gt=0, le=0.5)

    @property
    def validation_of_rest(self) -> float:
        """Share of what is not tested on."""
        return min(0.5, self.validation / (1 - self.test))


class Evaluation(FrozenTable):
    split: Literal["grouped", "official", "stratified", "leaky"] = "grouped"
    folds: int = Field(default=5, ge=2, le=50)
    hold_out: HoldOut | None = None
    """For `stratified` and `leaky`."""
    slice_hop_seconds: float | None = Field(default=None, gt=0)
    """Files are tested slice by slice, one every so many seconds, each judged by itself. With `leaky` they are split
    so, too; there the slices lie end to end, if this is not given."""
    leave_one_corpus_out: bool = False
    mixed: Mixed | None = None
    """Also measured on mixtures, for sigmoid models."""

    @model_validator(mode="after")
    def _holds_out_at_random(self) -> Self:
        if self.hold_out and self.split not in {"stratified", "leaky"}:
            raise ValueError(f"hold_out goes with stratified or leaky; split is {self.split}, which makes folds")
        return self


class Recipe(FrozenTable):
    """A recipe for a network that learns from sound or from frames."""

    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    activation: Literal["softmax", "sigmoid"]
    labels: tuple[Label, ...] = Field(min_length=2)
    chunk_seconds: float = Field(gt=0, le=60)
    seed: int = Field(ge=0)
    sample_rate: int = Field(default=16_000, ge=4_000, le=192_000)
    """Hz, at which sound is kept and augmented; the front-end takes its own from it."""
    same_group_after: tuple[str, ...] = ()
    """Prefixes of group names behind which an equal rest means the same recording in two corpora."""
    weaknesses: tuple[str, ...] = ()
    """Sentences for the model card on what the numbers do not show."""
    sources: tuple[Source, ...] = Field(min_length=1)
    front_end: AnyFrontEnd
    network: AnyNetwork
    augment: AugmentPlan = AugmentPlan()
    fit: FitPlan
    evaluation: Evaluation = Evaluation()

    @property
    def frames(self) -> int:
        """Frames of one window."""
        return frames_in(self.chunk_seconds, self.front_end)

    @model_validator(mode="after")
    def _can_be_measured(self) -> Self:
        hop = self.evaluation.slice_hop_seconds
        if hop is not None and hop > self.chunk_seconds:
            raise ValueError(f"evaluation.slice_hop_seconds is {hop:g}; a slice is {self.chunk_seconds:g} s long")
        mixed = self.evaluation.mixed
        if mixed and (self.activation != "sigmoid" or not {mixed.upper, mixed.lower} <= set(self.labels)):
            raise ValueError(f"evaluation.mixed needs a sigmoid model with the labels {mixed.upper} and {mixed.lower}")
        if mixed and self.evaluation.hold_out:
            raise ValueError("evaluation.mixed is measured on folds; take evaluation.hold_out out")
        if self.evaluation.leave_one_corpus_out and self.evaluation.hold_out:
            raise ValueError("evaluation.leave_one_corpus_out needs folds; take evaluation.hold_out out")
        if self.fit.patience and self.evaluation.hold_out and not self.evaluation.hold_out.validation:
            raise ValueError("fit.patience needs a validation share above 0 in evaluation.hold_out as well")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label stands twice in {', '.join(self.labels)}")
        if self.front_end.sample_rate > self.sample_rate:
            raise ValueError(
                f"front_end.sample_rate is {self.front_end.sample_rate}, but sound is kept at {self.sample_rate} Hz; "
                f"say sample_rate = {self.front_end.sample_rate}, or more"
            )
        self.network.check_window(frames_in(self.chunk_seconds, self.front_end), self.front_end.bins)
        if self.activation == "softmax" and self.augment.overlay:
            raise ValueError("augment.overlay makes two labels hold; with softmax exactly one does")
        for source in self.sources:
            strangers = {*(source.holds or ()), *source.unknown} - set(self.labels)
            if strangers:
                raise ValueError(
                    f"source {source.corpus} names {', '.join(sorted(strangers))}: no labels of this model"
                )
            if self.activation == "softmax" and source.holds is not None and len(source.holds) != 1:
                raise ValueError(f"source {source.corpus}: with softmax exactly one label holds, not {source.holds}")
            if self.activation == "softmax" and source.unknown:
                raise ValueError(f"source {source.corpus}: with softmax no label is unknown")
        return self


class LabelledRecipe(FrozenTable):
    """What a recipe says of labels and sound, whatever learns from it, where each clip has exactly one label."""

    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    labels: tuple[Label, ...] = Field(min_length=2)
    seed: int = Field(ge=0)
    same_group_after: tuple[str, ...] = ()
    """Prefixes of group names behind which an equal rest means the same recording in two corpora."""
    weaknesses: tuple[str, ...] = ()
    """Sentences for the model card on what the numbers do not show."""
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_label_holds(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label stands twice in {', '.join(self.labels)}")
        for source in self.sources:
            strangers = set(source.holds or ()) - set(self.labels)
            if strangers:
                raise ValueError(
                    f"source {source.corpus} names {', '.join(sorted(strangers))}: no labels of this model"
                )
            if (source.holds is not None and len(source.holds) != 1) or source.unknown:
                raise ValueError(f"source {source.corpus}: exactly one label holds for each clip")
            if not source.measured:
                raise ValueError(f"source {source.corpus}: all that is learned from is measured here as well")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises RecipeError."""
        try:
            return cls.model_validate(values_in(path))
        except ValidationError as error:
            raise RecipeError(f"{path}: {explain(error)}.") from None


def read_recipe(path: Path, changes: dict[str, Any] | None = None) -> Recipe:
    """`changes` are by dotted key: {"fit.epochs": 3}. Raises RecipeError."""
    values = values_in(path)
    for key, value in (changes or {}).items():
        _change(values, key, value)
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise RecipeError(f"{path}: {explain(error)}.") from None


def values_in(path: Path) -> dict[str, Any]:
    """The values in a TOML file. Raises RecipeError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}.") from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is no valid TOML: {error}.") from None


def _change(values: dict[str, Any], key: str, value: Any) -> None:
    *tables, last = key.split(".")
    for name in tables:
        values = values.setdefault(name, {})
    values[last] = value
