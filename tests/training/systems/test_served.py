"""Every kind of system, from a small corpus to an answer over HTTP: all behind one gate, in one cascade.

What needs very large files (VGGish, the deep pictures, Inception-v3, ResNet-50) differs from these in its layers only,
which tests/training/networks exports one by one."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.http.server import serving
from tests.sound_files import sound_bytes
from tests.tiny_models import write_cascade, write_tiny
from tests.tones import RATE, tone
from tests.training.embedding import tiny_embedder
from tests.training.embedding.test_embed import RECIPE as EMBEDDING_RECIPE
from tests.training.small_corpus import LABELS, RECIPE, write_corpus
from tests.training.tabular.tone_recipe import RECIPE as TABULAR_RECIPE
from training.embedding.command import embed
from training.export.packaging import package
from training.material import prepare
from training.recipe import read_recipe
from training.run import Run
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.handcraft_command import handcraft

LOG_MEL = RECIPE.partition("[front_end]")[2].partition("[network]")[0]
HANDCRAFTED = '\nkind = "handcrafted"\nwindow_seconds = 1.0\nsample_rate = 16000\n\n'
NETWORK = RECIPE.partition("[network]")[2].partition("[augment.gain]")[0]
NETWORKS = {
    "slice_cnn": ("pooling = true\nkernel = 2\nframes = 50", LOG_MEL),
    "genre_cnn": ("widths = [2, 2, 4, 4, 8]\ndense = 8\nframes = 50", LOG_MEL),
    "picture_simple": ("size = 32", LOG_MEL),
    "picture_crnn": ("size = 32", LOG_MEL),
    "dense_simple": ("", HANDCRAFTED),
}
HELD_OUT = 'split = "stratified"\nhold_out = { test = 0.25 }'
SYSTEMS = (
    *(name.replace("_", "-") for name in NETWORKS),
    *(name.replace("_", "-") for name in CLASSIFIERS),
    "embedded",
)
HERTZ = (300, 450, 600, 750, 900, 1_100, 1_375, 1_720, 2_150, 2_690, 3_360, 4_200, 5_250, 6_300, 7_400)
"""What the gate knows each system by."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    data = write_corpus(folder / "data", groups=4, clips=1, seconds=4.2)
    _classifiers(folder, data)  # first: what librosa compiles here, the workers of fits need not
    recipes = {kind: _recipe(folder, kind) for kind in NETWORKS}
    for front_end in (LOG_MEL, HANDCRAFTED):
        kinds = [kind for kind, (_, its) in NETWORKS.items() if its == front_end]
        read = [read_recipe(recipes[kind]) for kind in kinds]
        material = prepare(read[0], [data], folder / "cache", 1, "refuse", Console(quiet=True))
        for kind, recipe in zip(kinds, read, strict=True):
            run = Run(recipe, material, None, folder / "runs" / kind, folder / "cache", lambda *_: None)
            package(run, run.evaluate(), run.final_network(), folder / "models", recipes[kind])
    _embedding(folder, data)
    gate = {f"is-{name}": [float(hertz)] for name, hertz in zip(SYSTEMS, HERTZ, strict=True)}
    write_tiny(folder / "models", "gate", gate, "softmax", chunk_seconds=1.0)
    routes = [{"label": name, "when": {f"is-{name}": True}, "model": name} for name in SYSTEMS]
    rest = [{"label": "rest"}]
    write_cascade(folder / "models", {"gate": "gate", "chunk_seconds": 1.0, "routes": [*routes, *rest]})
    return folder / "models"


def test_every_one_answers_with_its_labels(models: Path) -> None:
    """A second of each tone: the gate gives it to the system that is known by it."""
    sound = sound_bytes("wav_16", np.concatenate([tone(hertz, 1) for hertz in HERTZ]), RATE)
    with serving(models, "--workers", "1") as server, server.client() as client:
        answer = client.post("/v1/classify", content=sound)
    assert answer.status_code == 200, answer.text
    chunks = answer.json()["chunks"]
    assert len(chunks) == len(SYSTEMS)
    for name, chunk in zip(SYSTEMS, chunks, strict=True):
        assert set(chunk[name]) == set(LABELS), name
        assert sum(chunk[name].values()) == pytest.approx(1, abs=0.01)


def _recipe(folder: Path, kind: str) -> Path:
    table, front_end = NETWORKS[kind]
    recipe = RECIPE.replace(NETWORK, f'\nkind = "{kind}"\n{table}\n\n').replace(LOG_MEL, front_end)
    recipe = recipe.replace('"pitch"', f'"{kind.replace("_", "-")}"').replace("folds = 2", HELD_OUT)
    recipe = recipe.replace("epochs = 3", "epochs = 1").replace("takes_per_epoch = 96", "takes_per_epoch = 16")
    path = folder / f"{kind}.toml"
    path.write_text(recipe)
    return path


def _classifiers(folder: Path, data: Path) -> None:
    for kind in CLASSIFIERS:
        path, name = folder / f"{kind}.toml", kind.replace("_", "-")
        path.write_text(TABULAR_RECIPE.replace("logistic_regression", kind).replace('"pitch"', f'"{name}"'))
        handcraft(path, [data], folder / "models", folder / "runs", folder / "cache", 1, "refuse")


def _embedding(folder: Path, data: Path) -> None:
    tiny_embedder.package(folder / "embedder")
    path = folder / "embedded.toml"
    path.write_text(EMBEDDING_RECIPE.replace('"pitch"', '"embedded"'))
    file, runs = folder / "embedder" / "tiny" / "1.0.0", folder / "runs"
    embed(path, [data], file, folder / "models", runs, folder / "cache", 1, "refuse")
