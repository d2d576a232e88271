"""What all rows of a library have in common: they are never mixed with rows made otherwise."""

from dataclasses import asdict
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from service.errors import InvalidOption
from service.library.models import Models
from service.timeline.segments import CHUNK_SMOOTHING, STEP_SMOOTHING
from service.types import Options

_NOT_IN_TABLES = {"peaks_per_second"}
METADATA = b"earmark"
"""Key of the identity in the files that hold the tables."""


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
    """Of the models, see service.library.models."""
    options: dict[str, float | None]

    @classmethod
    def of(cls, models: Models, options: Options) -> Self:
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
