"""The models that ship: complete, verified, within their budget, and right about sound that nobody could mistake."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from examples import sample
from service.engine import Engine
from service.features.ear import EarFrontEnd
from service.inference.store import ModelStore
from service.settings import Settings
from service.types import Report
from tests.e2e.made_sound import (
    RATE,
    chords,
    clicks,
    pink_noise,
    siren,
    speech,
    speech_over_chords,
    white_noise,
)

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
HEADS = ("gate", "genre", "scene", "tags")
MOST_BYTES = 8_000_000
SURE = 0.6
"""A branch that says nothing confident stays below this, or says `other`."""


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine.load(Settings(models_dir=MODELS))


def heard(engine: Engine, samples: NDArray[np.float32], folder: Path) -> Report:
    soundfile.write(folder / "sound.wav", samples, RATE)
    return engine.analyse(folder / "sound.wav")


def gate(report: Report) -> Mapping[str, float]:
    assert report.gate is not None
    return report.gate


def at_rate(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    resampled: NDArray[np.float32] = soxr.resample(samples, sample.RATE, RATE).astype(np.float32)
    return resampled


def test_they_are_small_and_all_heads_share_one_ear() -> None:
    folders = [path.parent for path in MODELS.glob("*/*/model.onnx")]
    assert {folder.parent.name for folder in folders} == {"ear", *HEADS}
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) <= MOST_BYTES
    ear = ModelStore(MODELS).package("ear").manifest
    for name in HEADS:
        front_end = ModelStore(MODELS).package(name).model_manifest.front_end
        assert isinstance(front_end, EarFrontEnd)
        assert (front_end.model, front_end.sha256) == (ear.reference, ear.sha256)


@pytest.mark.parametrize("name", ["ear", *HEADS])
def test_every_number_has_its_split_and_the_card_its_command(name: str) -> None:
    package = ModelStore(MODELS).package(name)
    assert package.manifest.version == "2.0.0"
    card = package.card()
    assert "python -m training make training/recipes/ear.toml" in card
    assert "EfficientAT" in card
    assert "EfficientAT" in (package.manifest.begun_from or "")
    assert "EfficientAT" in (ROOT / "NOTICE").read_text("utf-8")
    for metric in package.manifest.metrics:
        assert metric.split
        assert f"{metric.value:.3f}" in card, metric.name


def test_the_labels_that_admit_ignorance() -> None:
    store = ModelStore(MODELS)
    genre, scene = (store.package(name).model_manifest for name in ("genre", "scene"))
    assert genre.labels[-1] == "other"
    assert len(genre.labels) == 11
    assert scene.labels[-1] == "other"
    assert len(scene.labels) >= 15 + 1
    assert all(one.other_below for one in (genre, scene))
    assert len(store.package("tags").model_manifest.labels) == 527


def test_a_chord_progression_is_music(shipped: Engine, tmp_path: Path) -> None:
    report = heard(shipped, chords(), tmp_path)
    assert report.label.startswith("music")
    assert gate(report)["music"] > 0.6
    assert gate(report)["speech"] < 0.3


def test_plucked_strings_and_drums_are_music(shipped: Engine, tmp_path: Path) -> None:
    report = heard(shipped, at_rate(0.2 * sample.band(12.0, np.random.default_rng(3))), tmp_path)
    assert report.label.startswith("music")
    assert report.shares["music"] > 0.95
    assert report.tags
    assert report.tags[0].label == "Music"


@pytest.mark.parametrize(("voice", "speed"), [("en", 160), ("en-us", 130), ("de", 160), ("en+f3", 180), ("sv", 150)])
def test_a_reading_voice_is_speech(shipped: Engine, tmp_path: Path, voice: str, speed: int) -> None:
    report = heard(shipped, speech(voice, speed), tmp_path)
    assert report.label == "speech"
    assert gate(report)["speech"] > 0.8
    assert gate(report)["music"] < 0.3


@pytest.mark.parametrize("decibels", [-5, 0, 5])
def test_speech_over_chords_is_both(shipped: Engine, tmp_path: Path, decibels: float) -> None:
    report = heard(shipped, speech_over_chords(decibels), tmp_path)
    assert report.shares["both"] > 0.75


@pytest.mark.parametrize(
    "made", [pink_noise, white_noise, clicks, siren], ids=["pink noise", "white noise", "clicks", "siren"]
)
def test_noises_are_not_music(shipped: Engine, tmp_path: Path, made: object) -> None:
    assert callable(made)
    report = heard(shipped, made(), tmp_path)
    assert gate(report)["music"] < 0.5
    assert report.shares["music"] < 0.2
    assert report.shares["speech"] < 0.1
    assert report.label.startswith("scene")


def test_nothing_confident_is_said_of_white_noise(shipped: Engine, tmp_path: Path) -> None:
    report = heard(shipped, white_noise(), tmp_path)
    scene = report.branches["scene"].probabilities
    assert scene
    assert report.label == "scene/other" or max(scene.values()) < SURE
    assert report.branches["genre"].probabilities is None


def test_a_change_from_speech_to_music_is_found_where_it_is(shipped: Engine, tmp_path: Path) -> None:
    said, played = speech("en", 150)[: 7 * RATE], chords(8.0)
    report = heard(shipped, np.concatenate([said, played]), tmp_path)
    assert [segment.label for segment in report.segments] == ["speech", "music"]
    assert report.segments[0].end == pytest.approx(7.0, abs=0.4)


def test_the_sample_is_what_a_person_would_call_it(shipped: Engine, tmp_path: Path) -> None:
    report = heard(shipped, at_rate(sample.sample()), tmp_path)
    assert report.label.startswith("music")
    assert [re.sub("/.*", "", one.label) for one in report.segments] == ["music", "silence", "scene"]
    assert report.segments[-1].detail == "rain"
    assert [one.end for one in report.segments] == pytest.approx([12.0, 15.0, 24.0], abs=0.4)


def test_the_label_never_contradicts_the_segments(shipped: Engine, tmp_path: Path) -> None:
    parts = [speech("en", 150)[: 6 * RATE], chords(4.0), pink_noise(3.0), speech_over_chords(3)[: 5 * RATE], clicks()]
    for turn in range(len(parts)):
        report = heard(shipped, np.concatenate(parts[turn:] + parts[:turn])[: 20 * RATE], tmp_path)
        captions = {one.label if one.detail is None else f"{one.label}/{one.detail}" for one in report.segments}
        assert report.label in captions
