"""Three model packages that cost what served ones do. Their weights are random and say nothing on accuracy."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.network import INPUT, OUTPUT, Network, network
from service.features.logmel import LogMel
from training.export.package_writer import write_package

FRONT_END = LogMel(sample_rate=16_000, n_fft=512, win_length=512, hop_length=320, n_mels=64, fmin=50, fmax=8_000)
CHUNK_SECONDS = 3.0
FRAMES = round(CHUNK_SECONDS * FRONT_END.sample_rate / FRONT_END.hop_length)
CERTAIN = 30.0
"""A bias that outweighs whatever random weights say: every chunk is music, so that two models hear each."""

GATE = ("music", "speech")
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock", "unknown")
SCENES = (
    *("beach", "bus", "cafe", "car", "city_centre", "forest"),
    *("home", "library", "office", "park", "railway_station", "train"),
)
CASCADE = {
    "schema_version": 1,
    "gate": "gate",
    "chunk_seconds": CHUNK_SECONDS,
    "routes": [
        {"label": "music", "when": {"music": True}, "model": "genre"},
        {"label": "speech", "when": {"speech": True}},
        {"label": "scene", "model": "scene"},
    ],
}


def write_stand_ins(models: Path) -> Network:
    """A whole models folder; returns the gate's network (the others differ in their last layer only)."""
    gate = _write(models, "gate", GATE, "sigmoid", [CERTAIN, -CERTAIN], seed=1)
    _write(models, "genre", GENRES, "softmax", [0.0] * len(GENRES), seed=2)
    _write(models, "scene", SCENES, "softmax", [0.0] * len(SCENES), seed=3)
    (models / "cascade.json").write_text(json.dumps(CASCADE), encoding="utf-8")
    return gate


def _write(
    models: Path, name: str, labels: Sequence[str], activation: str, bias: Sequence[float], seed: int
) -> Network:
    made = network(FRAMES, FRONT_END.bins, len(labels), bias, seed)
    write_package(
        models,
        made.onnx,
        f"# {name}\n\nA stand-in with random weights, to measure time and memory with.\n",
        name=name,
        version="1.0.0",
        task="cost what a served model costs",
        labels=tuple(labels),
        activation=activation,
        front_end=FRONT_END,
        chunk_seconds=CHUNK_SECONDS,
        input={"name": INPUT, "shape": (None, FRAMES, FRONT_END.bins)},
        output={"name": OUTPUT, "shape": (None, len(labels))},
        recipe="none: random weights",
        seed=seed,
        data_fingerprint="none",
        data_licence="none",
        created=date(2026, 11, 21),
    )
    return made
