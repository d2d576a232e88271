"""The models that ship: complete, verified, within their budget, and right about sound that nobody could mistake."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from service.engine import Engine
from service.inference.store import ModelStore
from service.settings import Settings
from service.types import Report
from tests.e2e.made_sound import RATE, chords, pink_noise, speech, speech_over_chords
from training.recipe import read_recipe

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
NAMES = ("gate", "genre", "scene")
MOST_BYTES = 12_000_000


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine.load(Settings(models_dir=MODELS))


def heard(engine: Engine, samples: NDArray[np.float32], folder: Path) -> Report:
    soundfile.write(folder / "sound.wav", samples, RATE)
    return engine.analyse(folder / "sound.wav")


def gate(report: Report) -> Mapping[str, float]:
    assert report.gate is not None
    return report.gate


def test_they_are_small_and_share_one_front_end() -> None:
    folders = [path.parent for path in MODELS.glob("*/*/model.onnx")]
    assert {folder.parent.name for folder in folders} == set(NAMES)
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) <= MOST_BYTES
    manifests = [ModelStore(MODELS).package(name).manifest for name in NAMES]
    assert len({manifest.front_end for manifest in manifests}) == 1
    assert {manifest.chunk_seconds for manifest in manifests} == {3.0}


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_its_split_and_the_card_its_command(name: str) -> None:
    package = ModelStore(MODELS).package(name)
    manifest, recipe = package.manifest, read_recipe(ROOT / "training" / "recipes" / f"{name}.toml")
    assert manifest.labels == recipe.labels
    assert manifest.seed == recipe.seed
    assert manifest.version == recipe.version
    assert manifest.front_end == recipe.front_end
    assert all(metric.split == "grouped 5-fold" for metric in manifest.metrics)
    assert f"python -m training make training/recipes/{name}.toml" in package.card()
    for metric in manifest.metrics:
        assert f"{metric.value:.3f}" in package.card()


def test_a_chord_progression_is_music(shipped: Engine, tmp_path: Path) -> None:
    report = heard(shipped, chords(), tmp_path)
    assert report.label.startswith("music")
    assert gate(report)["music"] > 0.6
    assert gate(report)["speech"] < 0.3


@pytest.mark.parametrize(("voice", "speed"), [("en", 160), ("en-us", 130), ("de", 160), ("en+f3", 180)])
def test_a_reading_voice_is_speech(shipped: Engine, tmp_path: Path, voice: str, speed: int) -> None:
    report = heard(shipped, speech(voice, speed), tmp_path)
    assert report.label == "speech"
    assert gate(report)["speech"] > 0.8
    assert gate(report)["music"] < 0.3


@pytest.mark.parametrize("decibels", [-5, 0, 5])
def test_speech_over_chords_is_both(shipped: Engine, tmp_path: Path, decibels: float) -> None:
    report = heard(shipped, speech_over_chords(decibels), tmp_path)
    manifest = ModelStore(MODELS).package("gate").manifest
    both = [
        chunk
        for chunk in report.chunks
        if chunk.gate and all(likely >= manifest.threshold(label) for label, likely in chunk.gate.items())
    ]
    assert len(both) >= 0.75 * len(report.chunks)


@pytest.mark.parametrize("seed", [1, 2])
def test_pink_noise_is_neither(shipped: Engine, tmp_path: Path, seed: int) -> None:
    report = heard(shipped, pink_noise(seed=seed), tmp_path)
    assert gate(report)["music"] < 0.3
    assert gate(report)["speech"] < 0.3
    assert report.branches["scene"].seconds == pytest.approx(12)
