"""docs/training.md is compared with the recipes, the augmentations and the commands that it speaks of."""

import re
from typing import get_args

import typer
from pydantic import BaseModel

from tests.contract.test_docs import page, rows
from training.augment.augment_plan import AugmentPlan
from training.commands.training_commands import app
from training.embedding.embedders import AnyEmbedder, FramesEmbedder, PackageEmbedder, VggishEmbedder, WaveformEmbedder
from training.embedding.embedding_recipe import EmbeddingProtocols, EmbeddingRecipe, HeadClassifier, Pca
from training.fit.fit_plan import FitPlan
from training.recipe import Recipe

TEXT = page("docs/training.md")


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return [row[0] for row in rows(text)]


def check_recipe(title: str, kind: type[BaseModel], top: str) -> None:
    """Every key at the top, and every table, is in the section's table."""
    (of_file,) = [row[1] for row in rows(section(title)) if row[0] == top]
    tables = set(re.findall(r"`\[+(\w+)", " ".join(first_cells(section(title)))))
    for name in kind.model_fields:
        assert name in tables or f"`{name}`" in of_file, name


def test_every_augmentation_is_documented_in_its_order() -> None:
    augmentations = [f"`{name}`" for name in AugmentPlan.model_fields]
    assert [cell for cell in first_cells(TEXT) if cell in augmentations] == augmentations


def test_every_part_of_a_recipe_is_documented() -> None:
    check_recipe("Recipes", Recipe, "(top)")
    assert all(f"`{name}`" in section("Recipes") for name in FitPlan.model_fields)


def test_every_part_of_an_embedding_recipe_is_documented() -> None:
    check_recipe("Embedding recipes", EmbeddingRecipe, "(top level)")
    text = section("Embedding recipes")
    for part in (
        Pca,
        HeadClassifier,
        EmbeddingProtocols,
        FramesEmbedder,
        WaveformEmbedder,
        PackageEmbedder,
        VggishEmbedder,
    ):
        assert all(f"`{name}" in text for name in part.model_fields), part
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(AnyEmbedder)[0])}
    assert {row[0].strip("`") for row in rows(text) if len(row) == 4} == {"kind", *kinds}


def test_every_command_is_documented() -> None:
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"training {name}" in TEXT
