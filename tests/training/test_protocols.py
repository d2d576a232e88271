"""Other ways to measure and to stop than the default ones, each through the whole of training."""

import csv
import json
from pathlib import Path

import pytest

from tests.training.command import training
from tests.training.small_corpus import RECIPE, write_corpus
from training.evaluation.predictions import Predictions

QUICK = RECIPE.replace("epochs = 3", "epochs = 1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One corpus as two, with folds."""
    root = tmp_path_factory.mktemp("protocols")
    table = write_corpus(root / "data", groups=12, clips=1) / "manifest.csv"
    header, *rows = table.read_text().splitlines()
    named = [row.replace(",tones,", f",{'tones' if number % 2 else 'others'},") for number, row in enumerate(rows)]
    folded = [f"{row},{number % 3}" for number, row in enumerate(named)]
    table.write_text("\n".join([f"{header},fold", *folded]) + "\n")
    return root


def run(folder: Path, name: str, recipe: str, *more: str) -> Path:
    """The run's folder."""
    (folder / f"{name}.toml").write_text(recipe.replace('"pitch"', f'"{name}"'))
    finished = training(folder, "evaluate", f"{name}.toml", "--data", "data", *more)
    assert finished.exit_code == 0, finished.stderr
    return folder / "build" / "runs" / f"{name}-1.0.0"


def both(recipe: str) -> str:
    return recipe.replace('corpus = "tones"', 'corpus = "tones"\n\n[[sources]]\ncorpus = "others"')


def test_leaving_a_corpus_out_tells_how_it_fares_elsewhere(folder: Path) -> None:
    found = run(folder, "left", both(QUICK) + "leave_one_corpus_out = true\n")
    rows = list(csv.DictReader((found / "metrics.csv").read_text().splitlines()))
    assert {row["corpus"] for row in rows} >= {"tones left out", "others left out"}
    assert {row["split"] for row in rows if "left out" in row["corpus"]} == {"leave one corpus out"}
    for corpus in ("tones", "others"):
        held_out = Predictions.load(found / "corpora" / f"fold-{corpus}" / "predictions.npz")
        assert set(held_out.corpora) == {corpus}


def test_one_corpus_cannot_be_left_out(folder: Path) -> None:
    (folder / "alone.toml").write_text(QUICK + "leave_one_corpus_out = true\n")
    refused = training(folder, "evaluate", "alone.toml", "--data", "data")
    assert refused.exit_code == 2
    assert "Leaving one out needs two at least; there is tones." in refused.stderr


def test_official_folds_are_those_of_the_corpus(folder: Path) -> None:
    found = run(folder, "official", both(QUICK) + 'split = "official"\n')
    predictions = Predictions.load(found / "predictions.npz")
    assert predictions.split == "official folds"
    assert sorted(path.name for path in (found / "folds").iterdir()) == ["fold-0", "fold-1", "fold-2"]
    assert len(predictions.names) == 36


def test_patience_ends_a_fit_and_all_data_is_learned_for_as_long(folder: Path) -> None:
    recipe = both(RECIPE).replace("epochs = 3", "epochs = 40\npatience = 2\nvalidation = 0.5")
    (folder / "patient.toml").write_text(recipe.replace('"pitch"', '"patient"'))
    finished = training(folder, "make", "patient.toml", "--data", "data", "--out", "models")
    assert finished.exit_code == 0, finished.stderr
    found = folder / "build" / "runs" / "patient-1.0.0"
    best = sorted(int(path.read_text()) for path in (found / "folds").glob("fold-*/best-epoch"))
    curves = {path.parent.name: len(path.read_text().splitlines()) - 1 for path in found.rglob("curve.csv")}
    assert curves["fold-1"] < 40
    assert best[0] <= curves["final"] <= best[-1]
    assert json.loads((folder / "models" / "patient" / "1.0.0" / "manifest.json").read_text())["name"] == "patient"


def test_a_source_that_fits_no_clip_is_named(folder: Path) -> None:
    (folder / "strange.toml").write_text(QUICK.replace('"tones"', '"tunes"'))
    refused = training(folder, "evaluate", "strange.toml", "--data", "data")
    assert refused.exit_code == 2
    assert "No clip is left for the source tunes. The data has others, tones." in refused.stderr


def test_a_share_is_tested_once_by_one_fit(folder: Path) -> None:
    plan = 'split = "stratified"\nhold_out = { validation = 0.25, test = 0.25 }\n'
    found = run(folder, "once", both(QUICK) + plan)
    assert [path.name for path in (found / "folds").iterdir()] == ["fold-1"]
    predictions = Predictions.load(found / "predictions.npz")
    assert (predictions.split, len(predictions.names)) == ("stratified random 75/25", 9)
    assert set(predictions.folds.tolist()) == {0, 1}, "two halves, each calibrated by the other"
    assert (found / "folds" / "fold-1" / "curve.csv").read_text().splitlines()[1].split(",")[3], "was validated"


def test_slices_overlap_and_each_is_judged(folder: Path) -> None:
    """Files of 2.3 s have slices of 1 s from 0, 0.5 and 1 s."""
    plan = 'split = "{}"\nhold_out = {{ test = 0.25 }}\nslice_hop_seconds = 0.5\n'
    found = run(folder, "files", both(QUICK) + plan.format("stratified"))
    by_file = Predictions.load(found / "predictions.npz")
    files = {name.split(" from ")[0] for name in by_file.names}
    assert (len(files), len(by_file.names)) == (9, 27)
    assert {name.split(" from ")[1] for name in by_file.names} == {"0 s", "0.5 s", "1 s"}
    assert set(by_file.chunks_per_file.tolist()) == {1}
    counted = list(csv.DictReader((found / "slices.csv").read_text().splitlines()))
    assert {(row["file"], row["slices"]) for row in counted} == {(file, "3") for file in files}
    torn = Predictions.load(run(folder, "torn", both(QUICK) + plan.format("leaky")) / "predictions.npz")
    assert (torn.leaks, len(torn.names)) == (True, 27)
    assert len({name.split(" from ")[0] for name in torn.names}) > 9


def test_stopping_early_needs_something_to_validate_on(folder: Path) -> None:
    recipe = QUICK.replace("epochs = 1", "epochs = 1\npatience = 1\nvalidation = 0.5")
    (folder / "blind.toml").write_text(both(recipe) + 'split = "leaky"\nhold_out = { test = 0.25 }\n')
    refused = training(folder, "evaluate", "blind.toml", "--data", "data")
    assert refused.exit_code == 2
    assert "fit.patience needs a validation share above 0 in evaluation.hold_out" in refused.stderr.replace("\n", " ")
