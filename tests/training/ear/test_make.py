"""From synthesised sound to packages that answer: a tiny ear with random weights, and every head on it."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from rich.console import Console

from service.engine import Engine
from service.inference.package import Package
from service.inference.store import ModelStore
from service.inference.verified import Verifier
from service.settings import Settings
from tests.http.server import serving
from tests.tones import noise, tone
from training.ear.command import Asked, evaluate_ear, make_ear
from training.ear.programmes import COSTS
from training.recipe import RecipeError

RATE = 16_000
RECIPE = """
kind = "ear"
name = "ear"
version = "2.0.0"
task = "What does it sound like?"
seed = 3
folds = 2
gate_folds = 2
width = 0.05

[augment.gain]
probability = 1.0
min_db = -6
max_db = 6

[gate]
task = "Music? Speech?"
first_strings = 2
strings = 3
left_out_strings = 2
programmes = 2

[gate.head]
hidden = 8
epochs = 2

[gate.tuning]
epochs = 1
windows = 4
batch = 2

[[gate.sources]]
corpus = "tiny"
labels = ["high"]
holds = ["music"]

[[gate.sources]]
corpus = "tiny"
labels = ["low"]
holds = ["speech"]

[[gate.sources]]
corpus = "tiny"
holds = []

[heads.pitch]
task = "High or low?"
labels = ["high", "low", "other"]
copies = 1
strength = 1.0

[[heads.pitch.sources]]
corpus = "tiny"
labels = ["noise"]
holds = "other"
kind = "white"

[[heads.pitch.sources]]
corpus = "tiny"
labels = ["buzz"]
holds = "other"
kind = "buzz"

[[heads.pitch.sources]]
corpus = "tiny"

[heads.last]
task = "Which of the four is it?"
labels = ["buzz", "high", "low", "noise"]
inputs = "deep"
ships = false

[[heads.last.sources]]
corpus = "tiny"

[tags]
task = "What sounds?"
labels_file = "classes.csv"

[tags.same_as]
"Class 7" = ["tiny: high"]
"""


def sound(label: str, number: int) -> NDArray[np.float32]:
    """3.4 s of short notes, or of noise that comes and goes, each in an order of its own: no two are copies."""
    rng = np.random.default_rng([number, len(label)])
    lowest = {"high": 2_000, "low": 200, "buzz": 60, "noise": 0}[label]
    notes = []
    for level in rng.uniform(0.02, 1.0, 34):
        note = (
            noise(0.1, seed=int(rng.integers(1_000))) if label == "noise" else tone(lowest * rng.uniform(1, 1.5), 0.1)
        )
        notes.append(np.float32(level) * (np.sign(note) * np.float32(0.2) if label == "buzz" else note))
    return np.concatenate(notes)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    rows = ["path,label,group,corpus,licence"]
    for label in ("high", "low", "noise", "buzz"):
        for number in range(4):
            soundfile.write(root / f"{label}{number}.wav", sound(label, number), RATE)
            rows.append(f"{label}{number}.wav,{label},{label}{number},tiny,CC0")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


def recipe_in(folder: Path, text: str = RECIPE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    names = "\n".join(f'{number},/m/{number},"Class {number}"' for number in range(527))
    (folder / "classes.csv").write_text(f"index,mid,display_name\n{names}\n", encoding="utf-8")
    (folder / "ear.toml").write_text(text, encoding="utf-8")
    return folder / "ear.toml"


def asked_in(folder: Path, corpus: Path, text: str = RECIPE) -> Asked:
    return Asked(recipe_in(folder, text), (corpus,), None, folder / "runs", folder / "cache", 1, "refuse")


def made_in(folder: Path, corpus: Path) -> list[Package]:
    return make_ear(asked_in(folder, corpus), folder / "models", Console())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> tuple[Path, list[Package]]:
    folder = tmp_path_factory.mktemp("made")
    return folder, made_in(folder, corpus)


def test_the_ear_and_its_heads_are_packages_that_hold_together(made: tuple[Path, list[Package]]) -> None:
    folder, packages = made
    assert [one.reference for one in packages] == ["ear@2.0.0", "gate@2.0.0", "pitch@2.0.0", "tags@2.0.0"]
    verifier = Verifier(ModelStore(folder / "models"))
    for package in packages:
        verifier.check(package)


def test_they_answer_as_one_cascade(made: tuple[Path, list[Package]], corpus: Path) -> None:
    folder, _ = made
    routes = [
        {"when": {"music": music, "speech": speech}, "label": label, "model": "pitch"}
        for music, speech, label in ((True, True, "both"), (True, False, "m"), (False, True, "s"), (False, False, "n"))
    ]
    cascade = {"gate": "gate", "tags": "tags", "routes": routes}
    (folder / "models" / "cascade.json").write_text(json.dumps(cascade), encoding="utf-8")
    engine = Engine.load(Settings(models_dir=folder / "models"))
    report = engine.analyse(corpus / "high0.wav")
    assert report.steps is not None
    (heard,) = [branch.probabilities for branch in report.branches.values() if branch.probabilities]
    assert set(heard) == {"high", "low", "other"}


def test_they_answer_over_http(made: tuple[Path, list[Package]], corpus: Path) -> None:
    folder, _ = made
    with serving(folder / "models") as server:
        sound = (corpus / "high0.wav").read_bytes()
        answer = httpx.post(f"{server.url}/v1/classify?detail=steps", files={"file": sound}, timeout=180).json()
    assert answer["models"]["tags"] == "tags@2.0.0"
    assert len(answer["steps"]["probabilities"]["music"]) == 22
    assert set(answer["shares"]) == {"music", "speech", "both", "neither", "silent"}


def test_a_head_tells_apart_what_the_ear_hears_differently(made: tuple[Path, list[Package]]) -> None:
    _, packages = made
    numbers = {metric.name: metric.value for metric in packages[2].manifest.metrics}
    assert numbers["best_known_label"] == 1.0
    assert numbers["other_found"] >= 0.5


def test_cards_say_what_was_learned_from_and_how_good_it_is(made: tuple[Path, list[Package]]) -> None:
    _, packages = made
    cards = {package.manifest.name: package.card() for package in packages}
    assert "begun from random weights" in cards["ear"]
    assert "the answer is `other`" in cards["pitch"]
    assert "tiny, noise: other, a kind of its own (white)." in cards["pitch"]
    assert "programmes/time_right" in cards["gate"]
    assert "precision/Class 7" in cards["tags"]


def test_a_run_that_is_there_resumes_to_the_same_packages(made: tuple[Path, list[Package]], corpus: Path) -> None:
    folder, packages = made
    before = {package.reference: package.manifest.sha256 for package in packages}
    kept = folder / "runs" / "ear-2.0.0" / "gate" / "fold-0" / "gate.pt"
    stamp = kept.stat().st_mtime_ns
    again = made_in(folder, corpus)
    assert {package.reference: package.manifest.sha256 for package in again} == before
    assert kept.stat().st_mtime_ns == stamp


def test_evaluating_prints_the_same_numbers_and_writes_no_package(
    made: tuple[Path, list[Package]], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, packages = made
    written = {path: path.stat().st_mtime_ns for path in (folder / "models").rglob("*.onnx")}
    evaluate_ear(asked_in(folder, corpus), Console(width=200))
    told = capsys.readouterr().out
    per_file = [one for one in packages[1].manifest.metrics if not one.name.endswith("per chunk")]
    assert len(per_file) > 10
    for metric in per_file:
        assert f"{metric.value:.3f}" in told, metric.name
    assert {path: path.stat().st_mtime_ns for path in (folder / "models").rglob("*.onnx")} == written
    costs = (folder / "runs" / "ear-2.0.0" / "gate" / "programmes.csv").read_text("utf-8").splitlines()
    assert costs[0] == "hop_seconds,nats,time_right,changes_found,changes_false,change_error_seconds"
    assert [line.split(",")[0] for line in costs[1:]] == ["3"] * len(COSTS) + ["1.5"] * len(COSTS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('holds = "other"\nkind = "white"', 'holds = "strange"'), "names strange: no label"),
        (('labels = ["high", "low", "other"]', 'labels = ["other", "high", "low"]'), "must be the last label"),
        (('"Class 7"', '"Class x"'), "no classes of classes.csv"),
        (('labels = ["noise"]', 'labels = ["hiss"]'), "has the label 'noise'; say what holds for it"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(
    change: tuple[str, str], reason: str, made: tuple[Path, list[Package]], corpus: Path, tmp_path: Path
) -> None:
    folder, _ = made
    asked = replace(asked_in(tmp_path, corpus, RECIPE.replace(*change)), cache=folder / "cache")
    with pytest.raises(RecipeError, match=reason):
        make_ear(asked, tmp_path / "models", Console())
