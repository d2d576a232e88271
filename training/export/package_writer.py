"""Writes a model package: the manifest's computed fields, the hash and the golden sound are made here, not by hand."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.features.bank import window_of
from service.inference.manifest import Manifest
from service.inference.package import CARD, GOLDEN, MANIFEST, MODEL, Package
from service.inference.session import Session
from service.inference.verified import verified

GOLDEN_SEED = 20_261_120


def write_package(models: Path, model: bytes, card: str, **fields: Any) -> Package:
    """Writes `models/<name>/<version>/` from ONNX bytes, the card and the manifest's other fields. What stands there is
    replaced once the new one is whole and verified. Raises BrokenPackage."""
    manifest = Manifest(sha256=hashlib.sha256(model).hexdigest(), **fields)
    place = models / manifest.name / manifest.version
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".") as beside:
        made = Path(beside) / manifest.name / manifest.version
        made.mkdir(parents=True)
        _fill(made, model, manifest, card)
        verified(Package(made))
        if place.exists():
            place.rename(Path(beside) / "replaced")
        made.rename(place)
    return Package(place)


def _fill(folder: Path, model: bytes, manifest: Manifest, card: str) -> None:
    (folder / MODEL).write_bytes(model)
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    samples = golden_samples(manifest.front_end.sample_rate, manifest.chunk_seconds)
    window = window_of(manifest.front_end, samples, manifest.frames)
    np.savez_compressed(folder / GOLDEN, samples=samples, logits=Session(model, manifest).logits(window[None]))


def golden_samples(sample_rate: int, seconds: float) -> NDArray[np.float32]:
    """float32 (n,): a rising chirp over noise, so that every band of every front-end has something in it; of 16 bits,
    which is half of the file."""
    time = np.arange(round(sample_rate * seconds)) / sample_rate
    chirp = np.sin(2 * np.pi * (50 * time + (sample_rate / 2 - 50) * time**2 / (2 * seconds)))
    noise = np.random.default_rng(GOLDEN_SEED).standard_normal(len(time))
    return (np.rint((0.3 * chirp + 0.05 * noise) * 2**15) / 2**15).astype(np.float32)
