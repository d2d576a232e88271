"""The recipes of the reports' networks: each can be followed, and says what its report says."""

from pathlib import Path

import pytest
import torch

from training.networks.tagger import parameters_of
from training.recipe import Recipe, read_recipe

FOLDER = Path(__file__).parents[3] / "training" / "recipes" / "systems"
RECIPES = sorted(FOLDER.glob("*.toml"))
KINDS = {
    "dense_deep",
    "dense_simple",
    "genre_cnn",
    "inception_v3",
    "picture_crnn",
    "picture_deep",
    "picture_simple",
    "resnet50",
    "slice_cnn",
    "vggish",
}


def system(name: str) -> Recipe:
    return read_recipe(FOLDER / f"{name}.toml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_each_can_be_read_and_its_network_built(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    recipe.augment.for_labels(recipe.labels)
    with torch.device("meta"):
        network = recipe.network.build(recipe.front_end.bins, len(recipe.labels))
    assert parameters_of(network) > 100_000


def test_every_network_of_the_reports_has_one() -> None:
    assert {read_recipe(path).network.kind for path in RECIPES} >= KINDS


@pytest.mark.parametrize("name", ["music_speech_pooling", "music_speech_strided"])
def test_half_a_minute_has_79_slices(name: str) -> None:
    """Every 16 frames, of 30 s with a frame around the first sample and one every 512."""
    recipe = system(name)
    frames = 30 * recipe.sample_rate // recipe.front_end.hop_length + 1
    assert recipe.frames == 32
    assert (frames - recipe.frames) // 16 + 1 == 79
    assert (recipe.fit.epochs, recipe.fit.batch, recipe.fit.optimiser) == (30, 10, "adam")
    assert recipe.fit.learning_rate == 0.0005


@pytest.mark.parametrize(
    "path", [path for path in RECIPES if path.stem.startswith("scene_")], ids=lambda path: path.stem
)
def test_pictures_are_augmented_in_the_reports_shares(path: Path) -> None:
    """A sixth of the pictures is added mixed, a sixth masked, a sixth both: of all that are learned from, 1 in 9."""
    recipe = read_recipe(path)
    mixup, masks = recipe.augment.mixup, recipe.augment.spec_augment
    assert mixup is not None
    assert masks is not None
    assert masks.mixed_probability is not None
    both = mixup.probability * masks.mixed_probability
    assert both == pytest.approx(1 / 9, abs=1e-3)
    assert mixup.probability - both == pytest.approx(1 / 9, abs=1e-3)
    assert (1 - mixup.probability) * masks.probability == pytest.approx(1 / 9, abs=1e-3)
    assert (recipe.fit.epochs, recipe.fit.patience, recipe.fit.optimiser) == (50, 5, "adam")
    assert recipe.frames == 256


def test_genres_are_learned_as_in_the_report() -> None:
    recipe = system("genre_cnn")
    assert len(recipe.labels) == 11
    assert (recipe.front_end.bins, recipe.chunk_seconds) == (128, 3.0)
    assert (recipe.fit.epochs, recipe.fit.batch, recipe.fit.optimiser) == (100, 16, "adam")


def test_vggish_hears_what_its_weights_were_learned_on() -> None:
    recipe = system("music_vggish")
    assert (recipe.frames, recipe.front_end.bins, recipe.front_end.sample_rate) == (96, 64, 16_000)
