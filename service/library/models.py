"""The models that a library is heard by, as far as the tables must know them. Reads manifests, runs nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from service.inference.cascade_spec import FILE
from service.inference.lineup import served_lineup
from service.inference.package import MANIFEST
from service.inference.store import ModelStore
from service.settings import Settings
from service.timeline.shares import shares


@dataclass(frozen=True, slots=True)
class Models:
    references: Mapping[str, str]
    """The gate, every branch and the tagger -> name@version, as the answer has it."""
    labels: Mapping[str, tuple[str, ...]]
    """Of the gate and of every branch, in the models' order."""
    fingerprint: str
    """SHA-256 of the cascade and of the manifests, which have those of the networks and of their ear."""
    chunk_seconds: float
    shares: tuple[str, ...]
    """What the answer's shares are called."""
    has_tags: bool
    speaks_in_steps: bool
    """Whether the gate does, by which the default of smoothing follows."""


def read_models(settings: Settings) -> Models:
    """Raises ModelError if there are none that fit together."""
    store = ModelStore(settings.models_dir)
    lineup = served_lineup(store)
    digest = hashlib.sha256((store.folder / FILE).read_bytes())
    for reference in lineup.models.values():
        digest.update(store.package(reference).read(MANIFEST))
    decisions = lineup.decisions
    return Models(
        references=lineup.models,
        labels=lineup.labels,
        fingerprint=digest.hexdigest(),
        chunk_seconds=decisions.chunk_seconds,
        shares=tuple(shares((), decisions.outcomes)),
        has_tags=decisions.has_tags,
        speaks_in_steps=decisions.step_seconds is not None,
    )
