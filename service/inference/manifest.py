"""What a model package says of itself, in manifest.json."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.features.frontend import FrontEnd
from service.features.kinds import AnyFrontEnd
from service.grid import REST_SECONDS

NAME_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"
VERSION_PATTERN = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Label = Annotated[str, Field(pattern=r"^[^\s/+](?:[^/+\t\n]*[^\s/+])?$", max_length=64)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tensor(_Frozen):
    """Name and shape; the first dimension is the batch, written as null."""

    name: str
    shape: tuple[int | None, ...]


class Metric(_Frozen):
    """One measured number, never without the split that it was measured on."""

    name: str
    value: float
    split: str
    interval: tuple[float, float] | None = None
    """95 % confidence, resampled by group."""


class Manifest(_Frozen):
    """`input` is float32 (batch, frames, bins) of the front-end, `output` float32 logits (batch, labels)."""

    schema_version: Literal[1] = 1
    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    labels: tuple[Label, ...] = Field(min_length=1, max_length=1024)
    activation: Literal["softmax", "sigmoid"]
    front_end: AnyFrontEnd
    chunk_seconds: float = Field(gt=0, le=60)
    input: Tensor
    output: Tensor
    weights: Literal["float32", "int8"] = "float32"
    temperature: float = Field(default=1.0, gt=0)
    thresholds: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    """Per label, for sigmoid models; 0.5 where none is given."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    recipe: str
    seed: int
    data_fingerprint: str
    metrics: tuple[Metric, ...] = ()
    data_licence: str
    created: date

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def frames(self) -> int:
        """Frames of one window."""
        frames = self.input.shape[1]
        assert frames is not None
        return frames

    def threshold(self, label: str) -> float:
        return self.thresholds.get(label, 0.5)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        front_end = self.front_end
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("a label stands twice")
        frames = frames_in(self.chunk_seconds, front_end)
        _expect("input", self.input.shape, (None, frames, front_end.bins))
        _expect("output", self.output.shape, (None, len(self.labels)))
        strangers = set(self.thresholds) - set(self.labels)
        if strangers:
            raise ValueError(f"thresholds name {', '.join(sorted(strangers))}, which are no labels")
        return self


def frames_in(chunk_seconds: float, front_end: FrontEnd) -> int:
    """Frames of a window of `chunk_seconds`. Raises ValueError if there is no whole number of them."""
    frame_seconds = front_end.hop_length / front_end.sample_rate
    frames = round(chunk_seconds / frame_seconds)
    # A chunk is heard as soon as its sound, and REST_SECONDS more, are there; frames that go on further are not.
    if abs(frames * frame_seconds - chunk_seconds) > REST_SECONDS / 2:
        raise ValueError(
            f"chunk_seconds {chunk_seconds:g} should be a multiple of {frame_seconds:g} s, "
            f"the front-end's time from frame to frame"
        )
    return frames


def _expect(what: str, shape: tuple[int | None, ...], expected: tuple[int | None, ...]) -> None:
    if shape != expected:
        raise ValueError(f"{what} shape {list(shape)} should be {list(expected)}, by front-end, chunk and labels")


def parse_reference(reference: str) -> tuple[str, str | None]:
    """`name` or `name@version` -> (name, version or None)."""
    name, _, version = reference.partition("@")
    return name, version or None


def explain(error: Any) -> str:
    """A pydantic ValidationError as one line: where, what, and the value that was there."""
    parts = []
    for item in error.errors(include_url=False):
        where = ".".join(str(step) for step in item["loc"]) or "manifest"
        parts.append(f"{where}: {re.sub('^Value error, ', '', item['msg'])}")
    return "; ".join(parts)
