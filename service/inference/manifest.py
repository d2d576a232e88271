"""What a model package says of itself, in manifest.json."""

import json
import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.features.ear import EarFrontEnd, Output
from service.features.frontend import FrontEnd
from service.features.kinds import EarOrFrontEnd
from service.features.logmel import LogMel
from service.features.stft import Stft
from service.grid import REST_SECONDS
from service.types import OTHER

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


class Stated(_Frozen):
    """What every package says of itself."""

    schema_version: Literal[1] = 1
    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    chunk_seconds: float = Field(gt=0, le=60)
    input: Tensor
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    recipe: str
    seed: int
    data_fingerprint: str
    metrics: tuple[Metric, ...] = ()
    data_licence: str
    begun_from: str | None = None
    """Published weights that training began from, with their licence."""
    created: date

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.version}"


class EarManifest(Stated):
    """An ear names nothing by itself: it turns windows into what heads eat.

    `input` is float32 (batch, frames, bins) of the front-end; `outputs` are `embedding`, float32 (batch, width), and
    `steps`, float32 (batch, steps, width)."""

    kind: Literal["ear"] = "ear"
    front_end: Annotated[LogMel | Stft, Field(discriminator="kind")]
    outputs: dict[Output, Tensor]

    @property
    def frames(self) -> int:
        """Frames of one window."""
        return frames_in(self.chunk_seconds, self.front_end)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _expect("input", self.input.shape, (None, self.frames, self.front_end.bins), _BY_FRONT_END)
        ranks: dict[Output, int] = {"embedding": 2, "steps": 3}
        if self.outputs.keys() != ranks.keys():
            raise ValueError(f"outputs are {', '.join(self.outputs) or 'none'}; an ear has {' and '.join(ranks)}")
        for output, rank in ranks.items():
            shape = self.outputs[output].shape
            if len(shape) != rank or shape[0] is not None or None in shape[1:]:
                raise ValueError(f"outputs.{output} shape {list(shape)} should be a free batch and {rank - 1} sizes")
        return self


class Manifest(Stated):
    """`output` is float32 logits: (batch, labels), or (batch, steps, labels) of a model that speaks in steps.

    `input` is float32 (batch, frames, bins) of the front-end, or one of the ear's outputs."""

    labels: tuple[Label, ...] = Field(min_length=1, max_length=1024)
    activation: Literal["softmax", "sigmoid"]
    front_end: EarOrFrontEnd
    output: Tensor
    temperature: float = Field(default=1.0, gt=0)
    thresholds: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    """Per label, for sigmoid models; 0.5 where none is given."""
    other_below: Annotated[float, Field(gt=0, lt=1)] | None = None
    """For softmax models with a label `other`: it is the answer where no other label is this probable."""

    @property
    def frames(self) -> int:
        """Frames of one window; of a head, whatever its ear hears, 0."""
        return 0 if isinstance(self.front_end, EarFrontEnd) else frames_in(self.chunk_seconds, self.front_end)

    @property
    def steps(self) -> int | None:
        """How many steps a window has; None if the model speaks once per window."""
        return self.output.shape[1] if len(self.output.shape) == 3 else None

    def threshold(self, label: str) -> float:
        return self.thresholds.get(label, 0.5)

    @model_validator(mode="before")
    @classmethod
    def _without_weights(cls, given: Any) -> Any:
        """Packages of 0.1.0 say how their weights are stored, which the network itself shows."""
        if not isinstance(given, dict) or "weights" not in given:
            return given
        if given["weights"] != "float32":
            raise ValueError("the weights are 8-bit integers, which are not served any more; make the package anew")
        return {key: value for key, value in given.items() if key != "weights"}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("a label stands twice")
        steps: tuple[int | None, ...] = ()
        if isinstance(self.front_end, EarFrontEnd):
            rank = 2 if self.front_end.output == "embedding" else 3
            if len(self.input.shape) != rank or self.input.shape[0] is not None or None in self.input.shape[1:]:
                raise ValueError(
                    f"input shape {list(self.input.shape)} should be a free batch and {rank - 1} sizes, "
                    f"as the ear's output {self.front_end.output} has it"
                )
            steps = self.input.shape[1:-1]
        else:
            _expect("input", self.input.shape, (None, self.frames, self.front_end.bins), _BY_FRONT_END)
            if len(self.output.shape) == 3:
                steps = self.output.shape[1:2]
                if steps[0] is None:
                    raise ValueError(f"output shape {list(self.output.shape)} should say how many steps a window has")
        _expect("output", self.output.shape, (None, *steps, len(self.labels)), "by input and labels")
        strangers = set(self.thresholds) - set(self.labels)
        if strangers:
            raise ValueError(f"thresholds name {', '.join(sorted(strangers))}, which are no labels")
        if self.other_below is not None and (self.activation != "softmax" or OTHER not in self.labels):
            raise ValueError(f"other_below is for softmax models with a label {OTHER!r}")
        return self


def read_manifest(text: bytes) -> Manifest | EarManifest:
    """Raises ValidationError."""
    return EarManifest.model_validate_json(text) if _is_of_an_ear(text) else Manifest.model_validate_json(text)


def _is_of_an_ear(text: bytes) -> bool:
    try:
        return bool(json.loads(text)["kind"] == "ear")
    except (ValueError, KeyError, TypeError):
        return False


_BY_FRONT_END = "by front-end and chunk"


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


def _expect(what: str, shape: tuple[int | None, ...], expected: tuple[int | None, ...], why: str) -> None:
    if shape != expected:
        raise ValueError(f"{what} shape {list(shape)} should be {list(expected)}, {why}")


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
