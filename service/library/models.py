"""The models that a library is heard by, as far as the tables must know them. Reads manifests, runs nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from service.inference.cascade_spec import FILE, read_cascade
from service.inference.package import MANIFEST
from service.inference.store import ModelStore
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Models:
    references: Mapping[str, str]
    """The gate and every branch -> name@version, as the answer has it."""
    labels: Mapping[str, tuple[str, ...]]
    """Of the gate and of every branch, in the models' order."""
    fingerprint: str
    """SHA-256 of the cascade and of the manifests, which have those of the networks."""
    chunk_seconds: float


def read_models(settings: Settings) -> Models:
    """Raises ModelError if there are none that fit together."""
    store = ModelStore(settings.models_dir)
    spec = read_cascade(store.folder)
    packages = {"gate": store.package(spec.gate)}
    packages |= {branch: store.package(reference) for branch, reference in spec.branches.items()}
    digest = hashlib.sha256((store.folder / FILE).read_bytes())
    for package in packages.values():
        digest.update(package.read(MANIFEST))
    return Models(
        references={name: package.reference for name, package in packages.items()},
        labels={name: tuple(package.manifest.labels) for name, package in packages.items()},
        fingerprint=digest.hexdigest(),
        chunk_seconds=spec.chunk_seconds,
    )
