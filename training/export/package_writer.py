"""Writes a model package: the manifest's computed fields, the hash and the golden sound are made here, not by hand."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.features.bank import sample_rate_of, window_of
from service.inference.manifest import EarManifest, Manifest
from service.inference.package import CARD, GOLDEN, MANIFEST, MODEL, Package
from service.inference.session import EarSession, Session
from service.inference.store import ModelStore
from service.inference.verified import Verifier

GOLDEN_SEED = 20_261_120


def write_package(models: Path, model: bytes, card: str, **fields: Any) -> Package:
    """Writes `models/<name>/<version>/` from ONNX bytes, the card and the manifest's other fields. What stands there is
    replaced once the new one is whole and verified. The ear of a head must be in `models` already.

    Raises BrokenPackage."""
    manifest = Manifest(sha256=_digest(model), **fields)
    store = ModelStore(models)

    def golden(draft: Package) -> dict[str, NDArray[np.float32]]:
        ears = Verifier(store).ears_of(draft)
        samples = golden_samples(sample_rate_of(manifest.front_end, ears), manifest.chunk_seconds)
        window = window_of(manifest.front_end, samples, manifest.frames, ears)
        return {"samples": samples, "logits": Session(model, manifest).logits(window[None])}

    return _write(models, model, card, manifest, golden, Verifier(store))


def write_ear(models: Path, model: bytes, card: str, **fields: Any) -> Package:
    """The same for an ear."""
    manifest = EarManifest(sha256=_digest(model), **fields)

    def golden(_: Package) -> dict[str, NDArray[np.float32]]:
        samples = golden_samples(manifest.front_end.sample_rate, manifest.chunk_seconds)
        window = window_of(manifest.front_end, samples, manifest.frames)
        heard = EarSession(model, manifest).hear(window[None])
        return {"samples": samples, **{str(output): values for output, values in heard.items()}}

    return _write(models, model, card, manifest, golden, Verifier(ModelStore(models)))


def _write(
    models: Path,
    model: bytes,
    card: str,
    manifest: Manifest | EarManifest,
    golden: Callable[[Package], dict[str, NDArray[np.float32]]],
    verifier: Verifier,
) -> Package:
    place = models / manifest.name / manifest.version
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".") as beside:
        made = Path(beside) / manifest.name / manifest.version
        made.mkdir(parents=True)
        (made / MODEL).write_bytes(model)
        text = manifest.model_dump_json(indent=2, exclude_none=True)
        (made / MANIFEST).write_text(text + "\n", encoding="utf-8")
        (made / CARD).write_text(card, encoding="utf-8")
        np.savez_compressed(made / GOLDEN, allow_pickle=False, **golden(Package(made)))
        verifier.check(Package(made))
        if place.exists():
            place.rename(Path(beside) / "replaced")
        made.rename(place)
    return Package(place)


def _digest(model: bytes) -> str:
    return hashlib.sha256(model).hexdigest()


def golden_samples(sample_rate: int, seconds: float) -> NDArray[np.float32]:
    """float32 (n,): a rising chirp over noise, so that every band of every front-end has something in it; of 16 bits,
    which is half of the file."""
    time = np.arange(round(sample_rate * seconds)) / sample_rate
    chirp = np.sin(2 * np.pi * (50 * time + (sample_rate / 2 - 50) * time**2 / (2 * seconds)))
    noise = np.random.default_rng(GOLDEN_SEED).standard_normal(len(time))
    return (np.rint((0.3 * chirp + 0.05 * noise) * 2**15) / 2**15).astype(np.float32)
