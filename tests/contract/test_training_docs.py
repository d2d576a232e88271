"""docs/training.md is compared with the recipes, the augmentations and the commands that it speaks of."""

import re

import typer

from tests.contract.test_docs import page, rows
from training.augment.plan import AugmentPlan
from training.commands.app import app
from training.recipe import Recipe

TEXT = page("docs/training.md")


def first_cells() -> list[str]:
    return [row[0] for row in rows(TEXT)]


def test_every_augmentation_is_documented_in_its_order() -> None:
    augmentations = [f"`{name}`" for name in AugmentPlan.model_fields]
    assert [cell for cell in first_cells() if cell in augmentations] == augmentations


def test_every_part_of_a_recipe_is_documented() -> None:
    (of_file,) = [row[1] for row in rows(TEXT) if row[0] == "(top)"]
    tables = set(re.findall(r"`\[+(\w+)", " ".join(first_cells())))
    for name in Recipe.model_fields:
        assert name in tables or f"`{name}`" in of_file, name


def test_every_command_is_documented() -> None:
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"training {name}" in TEXT
