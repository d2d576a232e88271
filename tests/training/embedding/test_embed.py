"""From a folder of sound to numbers by two protocols, and to a package that the service runs."""

import json
import re
from pathlib import Path

import pytest
import soundfile
import typer
from typer.testing import CliRunner, Result

from service.engine import Engine
from service.inference.package import Package
from service.settings import Settings
from tests.contract.test_docs import page
from tests.tones import noise, tone
from tests.training.embedding.tiny_embedder import network_file, package
from tests.training.embedding.tiny_tagger import SUMS, tagger
from tests.training.small_corpus import RATE, write_corpus
from training.embedding.embed_command import embed
from training.embedding.embedders import VggishEmbedder
from training.embedding.embedding_recipe import EmbeddingRecipe
from training.evaluation.predictions import Predictions
from training.export import recipe_packaging
from training.recipe import RecipeError

RECIPE = """
name = "pitch"
version = "1.0.0"
task = "Is it low, high or noise?"
labels = ["high", "low", "noise"]
chunk_seconds = 1.0
seed = 7

[[sources]]
corpus = "tones"

[embedder]
kind = "package"
learned_from = []

[pca]
components = 4

[evaluation]
folds = 2
"""
SHIPPED = Path(__file__).parents[3] / "training" / "recipes" / "embedding"
app = typer.Typer()
app.command()(embed)


def run(folder: Path, recipe: str, embedder: Path, *more: str) -> Result:
    (folder / "recipes").mkdir(exist_ok=True)
    written = folder / "recipes" / "recipe.toml"
    written.write_text(recipe)
    places = ["--runs", str(folder / "runs"), "--cache", str(folder / "cache"), "--jobs", "2"]
    asked = [str(written), "--data", str(folder / "data"), "--embedder", str(embedder), *places, *more]
    return CliRunner().invoke(app, asked)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded")
    write_corpus(folder / "data", groups=4, clips=2)
    package(folder / "embedder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipe_packaging, "PROJECT", folder)
        result = run(folder, RECIPE, folder / "embedder" / "tiny" / "1.0.0", "--out", str(folder / "models"))
    assert result.exit_code == 0, result.output
    assert "stratified random 70/30" in result.stdout
    assert "grouped 2-fold" in result.stdout
    return folder


def test_files_are_measured_by_group_and_once_by_file(made: Path) -> None:
    run_folder = made / "runs" / "pitch-1.0.0"
    grouped = Predictions.load(run_folder / "predictions.npz")
    assert (len(grouped.names), grouped.leaks, set(grouped.folds.tolist())) == (24, False, {0, 1})
    folds_of: dict[str, set[int]] = {group: set() for group in grouped.groups}
    for group, fold in zip(grouped.groups, grouped.folds.tolist(), strict=True):
        folds_of[group].add(fold)
    assert all(len(folds) == 1 for folds in folds_of.values())
    once = Predictions.load(run_folder / "holdout" / "predictions.npz")
    assert (len(once.names), once.leaks, set(once.folds.tolist())) == (8, True, {0}), "clips of one group are torn"
    right = grouped.file_probabilities().argmax(axis=1) == grouped.targets.argmax(axis=1)
    assert right.mean() > 0.9
    metrics = (run_folder / "holdout" / "metrics.csv").read_text().splitlines()
    assert metrics[1].startswith("LEAKY accuracy,stratified random 70/30,")
    assert metrics[1].count(",") == 5
    for picture in ("confusion.png", "reliability.png", "holdout/scatter.png", "holdout/confusion.png"):
        assert (run_folder / picture).read_bytes().startswith(b"\x89PNG")


def test_the_service_answers_with_the_package(made: Path, tmp_path: Path) -> None:
    manifest = Package(made / "models" / "pitch" / "1.0.0").model_manifest
    assert (manifest.frames, manifest.labels) == (50, ("high", "low", "noise"))
    assert {metric.name: metric for metric in manifest.metrics}["accuracy"].split == "grouped 2-fold"
    card = Package(made / "models" / "pitch" / "1.0.0").card()
    assert "logistic regression on 4 principal components" in card
    command = "embed recipes/recipe.toml --data DATA --embedder embedder/tiny/1.0.0 --out models"
    assert f"python -m training {command}" in card.splitlines(), "places in the project, here the test's folder"
    cascade = {"schema_version": 1, "gate": "pitch", "chunk_seconds": 1.0, "routes": [{"label": "heard"}]}
    (made / "models" / "cascade.json").write_text(json.dumps(cascade))
    engine = Engine.load(Settings(models_dir=made / "models"))
    for label, sound in (("low", 0.3 * tone(310, 4)), ("high", 0.3 * tone(2_500, 4)), ("noise", noise(4))):
        soundfile.write(tmp_path / "sound.wav", sound + noise(4, amplitude=0.01), RATE)
        gate = engine.analyse(tmp_path / "sound.wav").gate
        assert gate is not None
        assert max(gate, key=gate.__getitem__) == label


def test_an_embedder_that_knows_the_labels_makes_every_number_leak(made: Path) -> None:
    recipe = RECIPE.replace("learned_from = []", 'learned_from = ["tones"]').replace('"pitch"', '"known"')
    result = run(made, recipe, made / "embedder" / "tiny" / "1.0.0")
    assert result.exit_code == 0, result.output
    rows = (made / "runs" / "known-1.0.0" / "metrics.csv").read_text().splitlines()[1:]
    assert all(row.startswith("LEAKY ") and "embedder has learned these labels" in row for row in rows)


def test_a_waveform_embedder_is_measured_but_not_exported(made: Path) -> None:
    file = tagger(made / "tagger.tflite")
    kind = f'kind = "waveform"\ntensor = "{SUMS}"'
    recipe = RECIPE.replace('kind = "package"\nlearned_from = []', kind).replace("components = 4", "components = 1")
    recipe = recipe.replace('"pitch"', '"waves"')
    refused = run(made, recipe, file, "--out", str(made / "waves"))
    assert refused.exit_code == 2
    assert "can be measured, but not exported: the service gives its models frames" in refused.stderr.replace("\n", " ")
    result = run(made, recipe, file)
    assert result.exit_code == 0, result.output
    assert (made / "runs" / "waves-1.0.0" / "holdout" / "scatter.png").is_file()
    assert not (made / "waves").exists()


def test_the_embedder_of_the_page_takes_the_place_of_vggish(made: Path) -> None:
    """Any network that hears frames: measured and exported."""
    (table,) = re.findall(r"```toml\n(\[embedder\]\n.*?)```", page("docs/training.md"), re.DOTALL)
    recipe = (SHIPPED / "music_embedding.toml").read_text("utf-8")
    for ours, its in (
        ('[embedder]\nkind = "vggish"\n', table),
        ('corpus = "gtzan-genres"', 'corpus = "tones"\nlabels = ["high", "low"]'),
        ('corpus = "urbansound8k"', 'corpus = "tones"\nlabels = ["noise"]'),
        ("folds = 5", "folds = 2"),
    ):
        assert ours in recipe
        recipe = recipe.replace(ours, its)
    result = run(made, recipe, network_file(made / "network.onnx"), "--out", str(made / "others"))
    assert result.exit_code == 0, result.output
    manifest = Package(made / "others" / "music_embedding" / "1.0.0").model_manifest
    assert (manifest.labels, manifest.frames) == (("music", "non-music"), 200)


def test_the_recipes_can_be_read_and_follow_the_report() -> None:
    recipes = {path.stem: EmbeddingRecipe.read(path) for path in SHIPPED.glob("*.toml")}
    assert all(recipe.name == name for name, recipe in recipes.items())
    assert isinstance(recipes["music_embedding"].embedder, VggishEmbedder)
    for recipe in recipes.values():
        assert (recipe.chunk_seconds, recipe.pca.components, recipe.evaluation.holdout) == (4.0, 2, 0.3)
    assert {"gtzan-genres", "urbansound8k"} <= set(recipes["music_embedding_ear"].embedder.learned_from)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("learned_from = []\n", "", "embedder.package.learned_from: Field required"),
        ('corpus = "tones"', 'corpus = "tones"\nholds = ["loud"]', "source tones names loud: no labels of this model"),
        ('corpus = "tones"', 'corpus = "tones"\nholds = ["low", "high"]', "source tones: exactly one label holds"),
        ('corpus = "tones"', 'corpus = "tones"\nmeasured = false', "all that is learned from is measured here as well"),
        ("components = 4", "components = 0", "pca.components: Input should be greater than or equal to 1"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(before: str, after: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE.replace(before, after))
    with pytest.raises(RecipeError, match=said):
        EmbeddingRecipe.read(tmp_path / "recipe.toml")
