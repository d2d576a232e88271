"""From a folder of sound to a package that the service runs: by the command line, in less than a minute."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.engine import Engine
from service.inference.package import Package
from service.settings import Settings
from service.types import Options
from tests.tones import noise, tone
from tests.training.command import training
from tests.training.small_corpus import LABELS, RATE, RECIPE, write_corpus
from tests.workers.waiting import wait_for
from training.evaluation.predictions import Predictions
from training.recipe import RecipeError, read_recipe
from training.run_folder import RunFolder

MOST_SECONDS = 60.0
IMPORTABLE = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `training make` was run."""
    folder = tmp_path_factory.mktemp("made")
    write_corpus(folder / "data")
    write_corpus(folder / "tests", groups=1, seed=8)
    table = (folder / "tests" / "manifest.csv").read_text().splitlines()
    rows = [f"{row},test".replace("0,tones", "-test,tones") for row in table[1:]]
    (folder / "tests" / "manifest.csv").write_text("\n".join([f"{table[0]},split", *rows]) + "\n")
    (folder / "pitch.toml").write_text(RECIPE)
    began = time.monotonic()
    finished = training(folder, "make", "pitch.toml", "--data", "data", "--data", "tests", "--out", "models")
    assert finished.exit_code == 0, finished.stderr
    assert time.monotonic() - began < MOST_SECONDS
    assert "accuracy" in finished.stdout
    assert "Written: models/pitch/1.0.0" in finished.stdout
    return folder


def test_the_package_has_learned_it(made: Path) -> None:
    manifest = Package(made / "models" / "pitch" / "1.0.0").model_manifest
    accuracies = {metric.split: metric.value for metric in manifest.metrics if metric.name == "accuracy"}
    assert set(accuracies) == {"grouped 2-fold", "published evaluation set"}
    assert min(accuracies.values()) > 0.85
    assert manifest.labels == LABELS
    assert manifest.data_licence == "CC0"
    assert "python -m training make pitch.toml --data DATA" in Package(made / "models" / "pitch" / "1.0.0").card()


def test_the_service_answers_with_it(made: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(made / "models", models)
    cascade = {"schema_version": 1, "gate": "pitch", "chunk_seconds": 1.0, "routes": [{"label": "heard"}]}
    (models / "cascade.json").write_text(json.dumps(cascade))
    engine = Engine.load(Settings(models_dir=models))
    for label, sound in (("low", tone(310, 4)), ("high", tone(2_500, 4)), ("noise", noise(4))):
        soundfile.write(tmp_path / "sound.wav", sound + noise(4, amplitude=0.005), RATE)
        report = engine.analyse(tmp_path / "sound.wav", Options(hop_seconds=1.0))
        assert report.gate is not None
        assert max(report.gate.items(), key=lambda item: item[1])[0] == label


def test_the_run_folder_tells_everything(made: Path) -> None:
    run = made / "build" / "runs" / "pitch-1.0.0"
    for picture in ("confusion.png", "reliability.png", "folds/fold-1/curve.png", "final/curve.png"):
        assert (run / picture).read_bytes().startswith(b"\x89PNG")
    config = json.loads((run / "config.json").read_text())
    assert config["recipe"]["fit"]["learning_rate"] == 0.01
    assert json.loads((run / "environment.json").read_text())["torch"]
    times = {row[0]: (float(row[1]), float(row[2])) for row in csv.reader((run / "times.csv").read_text().splitlines())}
    assert set(times) == {"cross-validation", "final fit", "published evaluation set"}
    assert all(wall > 0 and cpu > 0 for part, (wall, cpu) in times.items() if part != "published evaluation set")
    assert "low" in (run / "report.txt").read_text()
    assert (run / "confusion.csv").read_text().splitlines()[0] == "truth,high,low,noise"


def test_no_group_was_tested_by_a_network_that_had_heard_it(made: Path) -> None:
    predictions = Predictions.load(made / "build" / "runs" / "pitch-1.0.0" / "predictions.npz")
    folds_of: dict[str, set[int]] = {}
    for group, fold in zip(predictions.groups, predictions.folds.tolist(), strict=True):
        folds_of.setdefault(group, set()).add(fold)
    assert len(predictions.names) == 24
    assert all(len(folds) == 1 for folds in folds_of.values())
    assert set(predictions.folds.tolist()) == {0, 1}


def test_what_is_done_is_not_done_again(made: Path) -> None:
    checkpoint = made / "build" / "runs" / "pitch-1.0.0" / "final" / "checkpoint.pt"
    before, model = checkpoint.stat().st_mtime_ns, (made / "models" / "pitch" / "1.0.0" / "model.onnx").read_bytes()
    again = training(made, "make", "pitch.toml", "--data", "data", "--out", "again")
    assert again.exit_code == 0, again.stderr
    assert checkpoint.stat().st_mtime_ns == before
    assert (made / "again" / "pitch" / "1.0.0" / "model.onnx").read_bytes() == model


def test_killed_in_every_part_it_ends_as_if_it_had_not_been(made: Path, tmp_path: Path) -> None:
    """Once in the first fold, once in the fit on everything: each time when an epoch is there."""
    for name in ("data", "tests"):
        shutil.copytree(made / name, tmp_path / name)
    shutil.copy(made / "pitch.toml", tmp_path)
    asked = ("make", "pitch.toml", "--data", "data", "--data", "tests", "--out", "models")
    run = tmp_path / "build" / "runs" / "pitch-1.0.0"
    for part in ("folds/fold-1", "final"):
        with subprocess.Popen([sys.executable, "-m", "training", *asked], cwd=tmp_path, env=IMPORTABLE) as process:
            wait_for((run / part / "curve.csv").is_file, 240)
            process.kill()
        assert not (tmp_path / "models").exists()
    finished = training(tmp_path, *asked)
    assert finished.exit_code == 0, finished.stderr
    model = Path("models", "pitch", "1.0.0", "model.onnx")
    assert (tmp_path / model).read_bytes() == (made / model).read_bytes()


def test_other_weights_under_the_same_name_do_not_go_on_with_the_run(tmp_path: Path) -> None:
    (tmp_path / "pitch.toml").write_text(RECIPE)
    recipe = read_recipe(tmp_path / "pitch.toml")
    RunFolder.open(tmp_path / "run", recipe, "data", weights_digest="one")
    RunFolder.open(tmp_path / "run", recipe, "data", weights_digest="one")
    with pytest.raises(RecipeError, match="holds a run with another weights"):
        RunFolder.open(tmp_path / "run", recipe, "data", weights_digest="another")


def test_another_recipe_does_not_go_on_with_the_run(made: Path) -> None:
    (made / "other.toml").write_text(RECIPE.replace("learning_rate = 0.01", "learning_rate = 0.02"))
    refused = training(made, "evaluate", "other.toml", "--data", "data")
    assert refused.exit_code == 2
    assert "holds a run with another recipe. Choose another folder, or delete it." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_broken_file_is_refused_or_skipped_as_asked(made: Path) -> None:
    shutil.copytree(made / "data", made / "faulty")
    (made / "faulty" / "low" / "0.wav").write_bytes(b"RIFF nonsense")
    (made / "short.toml").write_text(RECIPE.replace('"pitch"', '"short"').replace("epochs = 3", "epochs = 1"))
    refused = training(made, "evaluate", "short.toml", "--data", "faulty")
    assert refused.exit_code == 2
    assert "1 of 24 files cannot be used: 0 missing, 1 broken" in refused.stderr
    assert "0.wav" in refused.stderr
    skipped = training(made, "evaluate", "short.toml", "--data", "faulty", "--faults", "skip")
    assert skipped.exit_code == 0, skipped.stderr
    assert "1 of 24 files cannot be used" in skipped.stderr


def test_a_search_tells_which_settings_are_better(made: Path) -> None:
    arguments = ["pitch.toml", "--data", "data", "--grid", "learning_rate=0.01,0.0000001,fit.epochs=2"]
    found = training(made, "search", *arguments)
    assert found.exit_code == 0, found.stderr
    rows = list(csv.DictReader((made / "build" / "runs" / "pitch-search" / "results.csv").read_text().splitlines()))
    assert [row["fit.learning_rate"] for row in rows] == ["0.01", "1e-07"]
    assert float(rows[0]["accuracy"]) > float(rows[1]["accuracy"])
    lines = found.stdout.splitlines()
    assert lines[0].split()[:3] == ["fit.learning_rate", "fit.epochs", "accuracy"]
    assert lines[1].split()[0] == "0.01"


def test_a_grid_with_a_setting_that_cannot_be_is_refused_before_any_is_measured(made: Path) -> None:
    refused = training(made, "search", "pitch.toml", "--data", "data", "--grid", "network.frames=50,49")
    assert refused.exit_code == 2
    assert "genre_cnn hears windows of 49 frames; the front-end gives 50" in refused.stderr.replace("\n", " ")
    assert not (made / "build" / "runs" / "pitch-search" / "network.frames=50").exists()


def test_leaky_slices_are_named_so(made: Path) -> None:
    recipe = RECIPE.replace('"pitch"', '"leak"').replace("folds = 2", 'folds = 2\nsplit = "leaky"')
    (made / "leak.toml").write_text(recipe.replace("epochs = 3", "epochs = 1"))
    finished = training(made, "make", "leak.toml", "--data", "data", "--out", "leaky")
    assert finished.exit_code == 0, finished.stderr
    metrics = Package(made / "leaky" / "leak" / "1.0.0").model_manifest.metrics
    assert all(metric.name.startswith("LEAKY ") for metric in metrics)
    predictions = Predictions.load(made / "build" / "runs" / "leak-1.0.0" / "predictions.npz")
    assert len(predictions.names) == 48, "two slices of each file"
    assert "These are no test results" in (made / "leaky" / "leak" / "1.0.0" / "README.md").read_text()


def test_features_are_what_the_service_hears(made: Path) -> None:
    """The last window of a file ends with the file, as in serving: 2.3 s are chunks from 0, 1 and 1.3 s."""
    predictions = Predictions.load(made / "build" / "runs" / "pitch-1.0.0" / "predictions.npz")
    assert np.bincount(predictions.chunk_files).tolist() == [3] * 24
