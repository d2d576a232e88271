"""A recipe for a linear classifier of embeddings, in one TOML file with every number in it."""

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.inference.manifest import VERSION_PATTERN, Label, Name, explain
from training.embedding.kinds import AnyEmbedder
from training.recipe import RecipeError, Source


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pca(_Frozen):
    components: int | None = Field(default=None, ge=1)
    """Principal components that are kept of the standardised embedding; all of it, if not given."""


class Classifier(_Frozen):
    """A logistic regression."""

    penalty: float = Field(default=1.0, gt=0)
    """Of the squared weights, against the sum of the losses."""
    balance: Literal["none", "class"] = "none"
    """`class`: each label counts the same, however many chunks it has."""


class Protocols(_Frozen):
    folds: int = Field(default=5, ge=2, le=50)
    """By group."""
    holdout: float = Field(default=0.3, gt=0, lt=1)
    """Share of the files that are tested on once, whatever their groups: the report's way."""


class EmbeddingRecipe(_Frozen):
    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    labels: tuple[Label, ...] = Field(min_length=2)
    chunk_seconds: float = Field(gt=0, le=60)
    seed: int = Field(ge=0)
    same_group_after: tuple[str, ...] = ()
    """Prefixes of group names behind which an equal rest means the same recording in two corpora."""
    weaknesses: tuple[str, ...] = ()
    """Sentences for the model card on what the numbers do not show."""
    sources: tuple[Source, ...] = Field(min_length=1)
    embedder: AnyEmbedder
    pca: Pca = Pca()
    classifier: Classifier = Classifier()
    evaluation: Protocols = Protocols()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
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


def read_embedding_recipe(path: Path) -> EmbeddingRecipe:
    """Raises RecipeError."""
    try:
        return EmbeddingRecipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}.") from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path} is no valid TOML: {error}.") from None
    except ValidationError as error:
        raise RecipeError(f"{path}: {explain(error)}.") from None
