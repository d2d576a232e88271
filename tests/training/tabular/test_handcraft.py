"""From sound to a package of hand-crafted features that is served in a cascade beside log-mel models."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.engine import Engine
from service.errors import BrokenPackage
from service.features.handcrafted import Handcrafted
from service.inference.package import Package
from service.inference.verified import verified
from service.settings import Settings
from service.types import Options
from tests.tiny_models import write_tiny
from tests.tones import RATE, noise, tone
from tests.training.command import training
from tests.training.small_corpus import LABELS, write_corpus
from tests.training.tabular.tone_recipe import RECIPE
from training.evaluation.predictions import Predictions
from training.export.onnx_export import ExportError
from training.recipe import RecipeError
from training.systems.registry import RECIPES
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.feature_table import feature_table
from training.tabular.handcraft_packaging import check_equal
from training.tabular.handcraft_recipe import TabularRecipe


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the command was run; its models are a log-mel gate that hears tones of any pitch as music, and
    what tells them apart by hand-crafted features."""
    folder = tmp_path_factory.mktemp("handcrafted")
    write_corpus(folder / "data", groups=4, clips=1)
    (folder / "recipe.toml").write_text(RECIPE)
    result = training(folder, "handcraft", "recipe.toml", "--data", "data", "--out", "models", "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert "grouped 2-fold" in result.stdout
    assert "Written: models/pitch/1.0.0" in result.stdout
    models = folder / "models"
    write_tiny(models, "gate", {"music": [310, 2_500], "speech": [1_000]}, "sigmoid", chunk_seconds=1.0)
    routes = [{"label": "music", "when": {"music": True}, "model": "pitch"}, {"label": "rest"}]
    (models / "cascade.json").write_text(json.dumps({"gate": "gate", "chunk_seconds": 1.0, "routes": routes}))
    return folder


@pytest.fixture(scope="module")
def models(made: Path) -> Path:
    return made / "models"


@pytest.mark.parametrize("hop", [1.0, 0.4])
def test_it_is_served_beside_a_log_mel_model(models: Path, tmp_path: Path, hop: float) -> None:
    engine = Engine.load(Settings(models_dir=models))
    parts = [0.3 * tone(310, 2.6), 0.3 * tone(2_500, 2.0)]
    sound = np.concatenate([part + noise(len(part) / RATE, amplitude=0.01) for part in parts])
    soundfile.write(tmp_path / "sound.wav", np.concatenate([sound, np.zeros(RATE)]), RATE)
    report = engine.analyse(tmp_path / "sound.wav", Options(hop_seconds=hop))
    heard = {chunk.start: chunk.branches["pitch"] for chunk in report.chunks}
    for start, label in ((0.0, "low"), (1.0 if hop == 1 else 1.2, "low"), (3.0 if hop == 1 else 2.8, "high")):
        scores = next(scores for at, scores in heard.items() if at == pytest.approx(start))
        assert scores is not None
        assert max(scores, key=scores.__getitem__) == label
    assert {chunk.gate is None for chunk in report.chunks} == {False, True}, "silence is not shown to models"


def test_files_are_measured_by_group(made: Path) -> None:
    run = made / "build" / "runs" / "pitch-1.0.0"
    held_out = Predictions.load(run / "predictions.npz")
    assert (held_out.split, held_out.leaks, len(held_out.names)) == ("grouped 2-fold", False, 12)
    assert held_out.chunks_per_file.tolist() == [3] * 12, "2.3 s are windows from 0, 1 and 1.3 s"
    assert set(held_out.corpora) == {"tones"}
    assert held_out.file_probabilities().argmax(axis=1).tolist() == held_out.targets.argmax(axis=1).tolist()
    assert json.loads((run / "config.json").read_text())["recipe"]["classifier"] == {"kind": "logistic_regression"}
    assert "12 files, grouped 2-fold" in (run / "report.txt").read_text()


def test_the_package_says_how_it_was_measured_and_made(models: Path) -> None:
    package = Package(models / "pitch" / "1.0.0")
    metrics = {metric.name: metric for metric in package.manifest.metrics}
    assert metrics["accuracy"].value > 0.8
    assert metrics["accuracy"].split == "grouped 2-fold"
    assert package.model_manifest.labels == LABELS
    assert package.manifest.front_end == Handcrafted(window_seconds=1.0, sample_rate=16_000)
    assert package.manifest.data_licence == "CC0"
    card = package.card()
    assert "| network | logistic_regression on 57 hand-crafted features |" in card
    assert "| tones | CC0 | 12 | 12 | 0.01 |" in card
    assert "- It has heard no music." in card
    assert "python -m training handcraft recipe.toml --data DATA --out models\n" in card


def test_without_out_it_is_only_measured(made: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(RECIPE.replace("logistic_regression", "naive_bayes"))
    places = ("--data", str(made / "data"), "--cache", str(made / "build" / "cache"))
    result = training(tmp_path, "handcraft", "other.toml", *places)
    assert result.exit_code == 0, result.output
    assert "Written" not in result.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"build", "other.toml"}


def test_broken_files_are_refused_or_skipped(tmp_path: Path) -> None:
    data = write_corpus(tmp_path / "data", groups=3, clips=1, seconds=1.0)
    (data / "low" / "0.wav").write_bytes(b"no sound")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    asked = ("handcraft", "recipe.toml", "--data", "data", "--jobs", "1")
    refused = training(tmp_path, *asked)
    assert refused.exit_code == 2
    assert "1 of 9 files cannot be used: 0 missing, 1 broken" in refused.stderr
    assert training(tmp_path, *asked, "--faults", "skip").exit_code == 0
    assert len(Predictions.load(tmp_path / "build" / "runs" / "pitch-1.0.0" / "predictions.npz").names) == 8


def test_there_is_a_recipe_for_each_classifier_and_all_hear_the_same() -> None:
    recipes = {path.stem: TabularRecipe.read(path) for path in (RECIPES / "tabular").glob("*.toml")}
    assert set(recipes) == set(CLASSIFIERS)
    for name, recipe in recipes.items():
        assert recipe.name == recipe.classifier.kind == name
        assert recipe.front_end == Handcrafted(window_seconds=3.0)
        assert (recipe.labels, recipe.sources) == (recipes["knn"].labels, recipes["knn"].sources)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"logistic_regression"', '"guess"', "classifier: there is no 'guess'; there are naive_bayes, "),
        ("folds = 2", "folds = 1", "evaluation.folds: Input should be greater than or equal to 2"),
        ('kind = "handcrafted"', 'kind = "logmel"', "front_end.kind: Input should be 'handcrafted'"),
        ("seed = 7", "seed = 7\nepochs = 3", "epochs: Extra inputs are not permitted"),
        ('corpus = "tones"', 'corpus = "tones"\nunknown = ["low"]', "exactly one label holds for each clip"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(before: str, after: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE.replace(before, after))
    with pytest.raises(RecipeError, match=said):
        TabularRecipe.read(tmp_path / "recipe.toml")


def test_without_librosa_the_package_is_refused_with_the_way_out(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(BrokenPackage, match=r"pitch@1\.0\.0 is refused: .*\.whl\[handcrafted\]'` .* in a checkout\.$"):
        verified(Package(models / "pitch" / "1.0.0"))


def test_a_chunk_must_be_whole_windows(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pitch" / "1.0.0"
    folder.mkdir(parents=True)
    said = json.loads((models / "pitch" / "1.0.0" / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**said, "chunk_seconds": 1.2}))
    with pytest.raises(BrokenPackage, match=r"chunk_seconds 1\.2 should be a multiple of 1 s"):
        Package(folder)


def test_a_file_that_answers_otherwise_is_refused() -> None:
    truth = ["x", "y"] * 20
    rows = np.random.default_rng(1).normal(size=(40, 57)) + (np.array(truth) == "x")[:, None]
    table, kind = feature_table(rows.astype(np.float32), truth, list(map(str, range(40)))), CLASSIFIERS["naive_bayes"]
    fitted = kind.fit(table.rows, table.targets, 0)
    check_equal(kind.onnx(fitted), fitted, table)
    other = kind.fit(table.rows, table.targets[::-1], 0)
    with pytest.raises(ExportError, match="probabilities are off by"):
        check_equal(kind.onnx(other), fitted, table)
