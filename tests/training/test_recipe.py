"""Recipes: what is in them is what is done; what cannot be is refused with where and why."""

from pathlib import Path

import pytest

from tests.training.small_corpus import RECIPE
from training.commands.search import grid_points, point_name
from training.networks.slice_cnn import GenreCnn
from training.recipe import RecipeError, read_recipe


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE)
    return path


def test_a_recipe_is_read_with_every_number(recipe_file: Path) -> None:
    recipe = read_recipe(recipe_file)
    assert recipe.labels == ("high", "low", "noise")
    assert recipe.frames == 50
    assert recipe.fit.learning_rate == 0.01
    assert recipe.augment.gain is not None
    assert recipe.augment.codec is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs = 3", "epochs = 0", "fit.epochs: Input should be greater than or equal to 1"),
        ("epochs = 3", "epoch = 3", "fit.epoch: Extra inputs are not permitted"),
        ('corpus = "tones"', 'corpus = "tones"\nholds = ["hum"]', "source tones names hum: no labels of this model"),
        ('corpus = "tones"', 'corpus = "tones"\nholds = []', "with softmax exactly one label holds"),
        ('corpus = "tones"', 'corpus = "tones"\nunknown = ["low"]', "with softmax no label is unknown"),
        ("widths = [8, 8, 16, 16, 32]", "widths = [4]", "network.genre_cnn.widths: Tuple should have at least 5 items"),
        ("n_mels = 32", "n_mels = 16", "5 poolings need 32 bins; the front-end gives 16"),
        ("min_db = -12", "min_db = 12", "min_db 12.0 is above max_db 6.0"),
        ('name = "pitch"', "name = ", "is no valid TOML"),
        (
            "sample_rate = 16000",
            "sample_rate = 22050",
            "is 22050, but sound is kept at 16000 Hz; say sample_rate = 22050",
        ),
        ("seed = 7", "seed = 7\nsample_rate = 8000", "is 16000, but sound is kept at 8000 Hz"),
        ("folds = 2", "hold_out = { test = 0.3 }", "goes with stratified or leaky; split is grouped"),
        (
            "folds = 2",
            'split = "stratified"\nhold_out = { test = 0.3 }\nleave_one_corpus_out = true',
            "leave_one_corpus_out needs folds; take evaluation.hold_out out",
        ),
        ("folds = 2", 'split = "leaky"\nslice_hop_seconds = 1.5', "slice_hop_seconds is 1.5; a slice is 1 s long"),
        ('"genre_cnn"', '"genre"', "network: Input tag 'genre' found using 'kind' does not match any of"),
    ],
)
def test_what_cannot_be_is_refused(recipe_file: Path, old: str, new: str, message: str) -> None:
    assert old in RECIPE
    recipe_file.write_text(RECIPE.replace(old, new, 1))
    with pytest.raises(RecipeError) as refused:
        read_recipe(recipe_file)
    assert message in str(refused.value)
    assert recipe_file.name in str(refused.value)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml cannot be read: No such file"):
        read_recipe(tmp_path / "none.toml")


def test_changes_replace_single_values(recipe_file: Path) -> None:
    recipe = read_recipe(recipe_file, {"fit.learning_rate": 0.5, "network.dense": 24})
    assert isinstance(recipe.network, GenreCnn)
    assert (recipe.fit.learning_rate, recipe.network.dense) == (0.5, 24)
    noise = read_recipe(recipe_file, {"augment.noise.probability": 0.5}).augment.noise
    assert noise is not None, "a table that the file does not have"
    with pytest.raises(RecipeError, match="fits: Extra inputs are not permitted"):
        read_recipe(recipe_file, {"fits.epochs": 3})


@pytest.mark.parametrize(
    "grid",
    [["learning_rate=0.1,0.2,network.widths=[1, 2],[2, 2]"], ["learning_rate=0.1,0.2", "network.widths=[1, 2],[2, 2]"]],
    ids=["one option", "an option each"],
)
def test_a_grid_is_every_combination(recipe_file: Path, grid: list[str]) -> None:
    points = grid_points(read_recipe(recipe_file), grid)
    assert points == [
        {"fit.learning_rate": rate, "network.widths": widths} for rate in (0.1, 0.2) for widths in ([1, 2], [2, 2])
    ]
    assert point_name(points[0]) == "fit.learning_rate=0.1,network.widths=[1,2]"


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ("nonsense=1", "The recipe has no key 'nonsense'"),
        ("epochs=", "there is no value; write epochs=VALUE,VALUE"),
        ("epochs=one", "values are written as in a recipe"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(recipe_file: Path, grid: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        grid_points(read_recipe(recipe_file), [grid])


def test_a_window_that_the_network_cannot_hear_is_refused(recipe_file: Path) -> None:
    before, after = RECIPE.split("[network]")[0], RECIPE[RECIPE.index("[augment.gain]") :]
    recipe_file.write_text(f'{before}[network]\nkind = "vggish"\n\n{after}')
    with pytest.raises(RecipeError, match="vggish hears windows of 96 frames; the front-end gives 50"):
        read_recipe(recipe_file)


def test_features_of_whole_windows_need_chunks_of_whole_windows(recipe_file: Path) -> None:
    before, after = RECIPE.split("[front_end]")[0], RECIPE[RECIPE.index("[network]") :]
    text = f'{before}[front_end]\nkind = "handcrafted"\nwindow_seconds = 0.75\n\n{after}'
    recipe_file.write_text(text.replace("seed = 7", "seed = 7\nsample_rate = 22050"))
    with pytest.raises(RecipeError, match=r"chunk_seconds 1 should be a multiple of 0\.75\d* s"):
        read_recipe(recipe_file)
