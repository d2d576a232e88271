"""How the rows of a library are made: by which models, with which options. Rows made otherwise never mix."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from service.errors import InvalidOption
from service.inference.cascade_spec import FILE
from service.inference.package import MANIFEST
from service.inference.served_models import current_models
from service.inference.store import ModelStore
from service.settings import Settings
from service.timeline.segments import CHUNK_SMOOTHING, STEP_SMOOTHING
from service.timeline.shares import shares
from service.types import Options

METADATA = b"earmark"
"""Key of the identity in the files that hold the tables."""
_NOT_IN_TABLES = {"peaks_per_second"}


@dataclass(frozen=True, slots=True)
class LibraryModels:
    """The models of a run, as far as the tables must know them."""

    references: Mapping[str, str]
    """The gate, every branch and the tagger -> name@version, as the answer has it."""
    labels: Mapping[str, tuple[str, ...]]
    """Labels of the gate and of every branch, in the models' order."""
    fingerprint: str
    """SHA-256 of the cascade and of the manifests, which have those of the networks and of their ear."""
    chunk_seconds: float
    shares: tuple[str, ...]
    """What the answer's shares are called."""
    has_tags: bool
    speaks_in_steps: bool
    """Whether the gate does, by which the default of smoothing follows."""


def read_models(settings: Settings) -> LibraryModels:
    """Reads manifests, loads no network. Raises ModelError if there are no models that fit together."""
    store = ModelStore(settings.models_dir)
    served = current_models(store)
    digest = hashlib.sha256((store.folder / FILE).read_bytes())
    for reference in served.models.values():
        digest.update(store.package(reference).read(MANIFEST))
    decisions = served.decisions
    return LibraryModels(
        references=served.models,
        labels=served.labels,
        fingerprint=digest.hexdigest(),
        chunk_seconds=decisions.chunk_seconds,
        shares=tuple(shares((), decisions.outcomes)),
        has_tags=decisions.has_tags,
        speaks_in_steps=decisions.step_seconds is not None,
    )


class Identity(BaseModel):
    """How the rows of a table were made. JSON, in the metadata of results.parquet and beside unfinished parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[2] = 2
    """1 were tables without shares."""
    generation: int = 1
    """One more each time that all is done again: rows of an older one do not count."""
    parts_through: int = 0
    """The last part whose rows are in this table."""
    models: dict[str, str]
    fingerprint: str
    """Fingerprint of the models, see LibraryModels."""
    options: dict[str, float | None]

    @classmethod
    def of(cls, models: LibraryModels, options: Options) -> Self:
        shown = {name: value for name, value in asdict(options).items() if name not in _NOT_IN_TABLES}
        shown["hop_seconds"] = options.hop(models.chunk_seconds)
        if options.smoothing is None:
            shown["smoothing"] = STEP_SMOOTHING if models.speaks_in_steps else CHUNK_SMOOTHING
        return cls(models=dict(models.references), fingerprint=models.fingerprint, options=shown)

    @classmethod
    def read(cls, text: bytes | str, name: str) -> Self:
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise InvalidOption(
                f"{name} was written by another version of `earmark library`. Name another --output."
            ) from None

    def differences(self, wanted: "Identity") -> list[str]:
        """What `wanted` would do otherwise, in words."""
        had: dict[str, Any] = {**asdict(Options()), **self.options}
        options = [
            f"{name} was {had.get(name)}, now {now}" for name, now in wanted.options.items() if had.get(name) != now
        ]
        models = [
            f"the {name} was {self.models.get(name, 'not there')}, now {wanted.models.get(name, 'not there')}"
            for name in {**self.models, **wanted.models}
            if self.models.get(name) != wanted.models.get(name)
        ]
        if self.fingerprint != wanted.fingerprint and not models:
            models = ["the models or their cascade were changed under the same names"]
        return [*models, *options]
