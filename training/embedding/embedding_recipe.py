"""A recipe for a linear classifier of embeddings, in one TOML file with every number in it."""

from typing import Literal

from pydantic import Field

from training.embedding.embedders import AnyEmbedder
from training.recipe import FrozenTable, LabelledRecipe


class Pca(FrozenTable):
    components: int | None = Field(default=None, ge=1)
    """Principal components that are kept of the standardised embedding; all of it, if not given."""


class HeadClassifier(FrozenTable):
    """A logistic regression."""

    penalty: float = Field(default=1.0, gt=0)
    """Weight of the squared weights, against the sum of the losses."""
    balance: Literal["none", "class"] = "none"
    """`class`: each label counts the same, however many chunks it has."""


class EmbeddingProtocols(FrozenTable):
    folds: int = Field(default=5, ge=2, le=50)
    """By group."""
    holdout: float = Field(default=0.3, gt=0, lt=1)
    """Share of the files that are tested on once, whatever their groups: the report's way."""


class EmbeddingRecipe(LabelledRecipe):
    chunk_seconds: float = Field(gt=0, le=60)
    embedder: AnyEmbedder
    pca: Pca = Pca()
    classifier: HeadClassifier = HeadClassifier()
    evaluation: EmbeddingProtocols = EmbeddingProtocols()
