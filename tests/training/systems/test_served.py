"""Every system, from a small corpus to an answer over HTTP: all behind one gate, in one cascade.

They are made by the shipped recipes, changed in what they learn from and how long, and in the size of what the large
ones hear. Those have all their layers, but narrow ones: tests/training/networks exports them as wide as they are. Of
report 003's networks, each is served on one of its two kinds of pictures."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

from tests.http.server import serving
from tests.sound_files import sound_bytes
from tests.tiny_models import write_cascade, write_tiny
from tests.tones import RATE, noise, tone
from tests.training.embedding import tiny_embedder
from tests.training.small_corpus import LABELS, write_corpus
from tests.training.tabular.tone_recipe import RECIPE as TABULAR_RECIPE
from training.embedding.embed_command import embed
from training.export import onnx_export
from training.export.recipe_packaging import package
from training.networks import inception_v3, picture_cnn, resnet50, vggish
from training.networks.inception_v3 import MIXED, InceptionBranch, InceptionStep
from training.prepare import Material, prepare
from training.recipe import Recipe, read_recipe
from training.recipe_run import RecipeRun
from training.systems.registry import SYSTEMS, systems_named
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.handcraft_command import handcraft

QUICK = {
    "labels": LABELS,
    "sources": [{"corpus": "tones"}],
    "fit.epochs": 1,
    "fit.takes_per_epoch": 4,
    "fit.batch": 4,
}
HANDCRAFTED = {"chunk_seconds": 1.0, "front_end.window_seconds": 1.0, "front_end.sample_rate": 16_000}
PICTURE = {"chunk_seconds": 1.0, "front_end.hop_length": 441, "evaluation.hold_out.validation": 0.25}
MEL, STFT = {**PICTURE, "front_end.n_mels": 64}, {**PICTURE, "front_end.bins": 64}
NETWORKS: dict[str, dict[str, Any]] = {
    "music_speech_pooling": {},
    "music_speech_strided": {},
    "music_vggish": {},
    "genre_cnn": {"evaluation.slice_hop_seconds": 0.3},
    "genre_dense_deep": HANDCRAFTED,
    "genre_dense_simple": HANDCRAFTED,
    "scene_simple_mel": {**MEL, "network.size": 32},
    "scene_deep_stft": STFT,
    "scene_crnn_stft": {**STFT, "network.size": 32},
    "scene_inception_mel": {**MEL, "network.size": 75},
    "scene_resnet_stft": {**STFT, "network.size": 64},
}
"""By the system's name: what is changed in its recipe beside QUICK."""
EMBEDDINGS = ("music_embedding", "music_embedding_ear")
IS_MUSIC = ("music", "non-music")
"""Their labels; here high and low tones are music, noise is none."""
LABELS_OF = {**dict.fromkeys((*NETWORKS, *CLASSIFIERS), LABELS), **dict.fromkeys(EMBEDDINGS, IS_MUSIC)}
NARROWER = 8
"""Inception's layers are by this factor."""
HERTZ = (
    105, 270, 415, 560, 700, 845, 995, 1_155, 1_340, 1_555, 1_805,
    2_095, 2_435, 2_825, 3_275, 3_805, 4_420, 5_130, 5_955, 6_415, 6_910, 7_560,
)  # fmt: skip
"""What the gate knows each system by."""


pytestmark = pytest.mark.timeout(600)  # whichever comes first waits until all of them have learned


@pytest.fixture(scope="module", autouse=True)
def _cheap() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vggish, "GROUPS", ((2,), (2,), (4, 4), (8, 8)))
        patch.setattr(vggish, "DENSE", (16, 16))
        patch.setattr(picture_cnn, "DEEP_WIDTHS", (2, 2, 4, 4, 8, 8, 16, 16))
        patch.setattr(picture_cnn, "DEEP_DENSE", 32)
        patch.setattr(resnet50, "STAGES", ((4, 3), (8, 4), (16, 6), (32, 3)))
        patch.setattr(inception_v3, "MIXED", {name: _narrow(branches) for name, branches in MIXED.items()})
        patch.setattr(inception_v3, "WIDTH", inception_v3.WIDTH // NARROWER)
        patch.setattr(onnx_export, "PARITY_BATCHES", (1, 2))
        yield


def _narrow(branches: tuple[InceptionBranch, ...]) -> tuple[InceptionBranch, ...]:
    def narrow(steps: tuple[InceptionStep, ...]) -> tuple[InceptionStep, ...]:
        return tuple(replace(step, width=step.width // NARROWER) for step in steps)

    return tuple(replace(branch, steps=narrow(branch.steps), fork=narrow(branch.fork)) for branch in branches)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    data = write_corpus(folder / "data", groups=4, clips=1, seconds=4.2)
    _classifiers(folder, data)  # first: what librosa compiles here, the workers of fits need not
    _networks(folder, data)
    _embeddings(folder, data)
    gate = {f"is-{name}": [float(hertz)] for name, hertz in zip(LABELS_OF, HERTZ, strict=True)}
    write_tiny(folder / "models", "gate", gate, "softmax", chunk_seconds=1.0)
    routes = [{"label": name, "when": {f"is-{name}": True}, "model": name} for name in LABELS_OF]
    rest = [{"label": "rest"}]
    write_cascade(folder / "models", {"gate": "gate", "chunk_seconds": 1.0, "routes": [*routes, *rest]})
    return folder / "models"


def test_every_one_answers_with_its_labels(models: Path) -> None:
    """A second of each tone: the gate gives it to the system that is known by it."""
    chunks = _answer(models, np.concatenate([tone(hertz, 1) for hertz in HERTZ]))
    assert len(chunks) == len(LABELS_OF)
    for (name, labels), chunk in zip(LABELS_OF.items(), chunks, strict=True):
        assert set(chunk[name]) == set(labels), name
        assert sum(chunk[name].values()) == pytest.approx(1, abs=0.01)


def test_genres_are_told_of_what_an_embedding_takes_for_music(models: Path, tmp_path: Path) -> None:
    """Report 001's own two networks."""
    for name in ("music_embedding", "genre_cnn"):
        shutil.copytree(models / name, tmp_path / name)
    routes = [{"label": "music", "when": {"music": True}, "model": "genre_cnn"}, {"label": "rest"}]
    write_cascade(tmp_path, {"gate": "music_embedding", "chunk_seconds": 1.0, "routes": routes})
    chunks = _answer(tmp_path, np.concatenate([tone(350, 3, amplitude=0.3), noise(3)]))
    assert [chunk["gate"]["music"] > 0.5 for chunk in chunks] == [True] * 3 + [False] * 3
    assert [chunk["genre_cnn"] is not None for chunk in chunks] == [True] * 3 + [False] * 3
    assert set(chunks[0]["genre_cnn"]) == set(LABELS)


def test_no_network_is_left_out() -> None:
    recipes = [system.name for system in SYSTEMS if system.made_by == "network"]
    assert set(map(_whatever_pictures, NETWORKS)) == set(map(_whatever_pictures, recipes))


def _whatever_pictures(name: str) -> str:
    return name.removesuffix("_mel").removesuffix("_stft")


def _answer(models: Path, sound: np.ndarray) -> Any:
    """Its chunks, by the service."""
    with serving(models, "--workers", "1") as server, server.client() as client:
        answer = client.post("/v1/classify", content=sound_bytes("wav_16", sound, RATE))
    assert answer.status_code == 200, answer.text
    return answer.json()["chunks"]


def _networks(folder: Path, data: Path) -> None:
    heard: dict[Any, Material] = {}
    for name, changes in NETWORKS.items():
        (system,) = systems_named(name)
        recipe = read_recipe(system.recipe, {**QUICK, **changes})
        if recipe.front_end not in heard:
            heard[recipe.front_end] = _material(recipe, folder, data)
        run = RecipeRun(recipe, heard[recipe.front_end], folder / "runs" / name, lambda *_: None)
        package(run, run.evaluate(), run.final_network(), folder / "models", system.recipe)


def _material(recipe: Recipe, folder: Path, data: Path) -> Material:
    return prepare(recipe, [data], folder / "cache", 1, "refuse", Console(quiet=True))


def _classifiers(folder: Path, data: Path) -> None:
    for kind in CLASSIFIERS:
        path = folder / f"{kind}.toml"
        path.write_text(TABULAR_RECIPE.replace("logistic_regression", kind).replace('"pitch"', f'"{kind}"'))
        handcraft(path, [data], folder / "models", folder / "runs", folder / "cache", 1, "refuse")


def _embeddings(folder: Path, data: Path) -> None:
    tiny_embedder.package(folder / "embedder")
    torch.save(vggish.Vggish().state_dict(), folder / "vggish.pt")
    files = (folder / "vggish.pt", folder / "embedder" / "tiny" / "1.0.0")
    for name, file in zip(EMBEDDINGS, files, strict=True):
        (system,) = systems_named(name)
        recipe = system.recipe.read_text("utf-8")
        for ours, tones in (
            ('corpus = "gtzan-genres"', 'corpus = "tones"\nlabels = ["high", "low"]'),
            ('corpus = "urbansound8k"', 'corpus = "tones"\nlabels = ["noise"]'),
            ("chunk_seconds = 4.0", "chunk_seconds = 1.0"),
            ("folds = 5", "folds = 2"),
        ):
            assert ours in recipe
            recipe = recipe.replace(ours, tones)
        (folder / f"{name}.toml").write_text(recipe, "utf-8")
        runs = folder / "runs"
        embed(folder / f"{name}.toml", [data], file, folder / "models", runs, folder / "cache", 1, "refuse")
