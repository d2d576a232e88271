"""Reads an answer that a client sends back. Anybody may have written it, so every member is validated."""

import math
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from service import types
from service.errors import TooManyChunks, UnsuitableAnswer
from service.formats.json_reader import BrokenJson, JsonReader
from service.http.header_fields import UNNAMED, clean_file_name
from service.http.openapi import (
    Audio,
    BranchAverageSchema,
    ChunkSchema,
    GivenAnswer,
    JointLabel,
    PeaksSchema,
    Probability,
    Scores,
    SegmentSchema,
    Shares,
    StepsSchema,
    Tag,
)
from service.types import MAX_PEAKS_PER_SECOND

_Adapter = TypeAdapter[Any]
_WHOLE: Final[dict[str, _Adapter]] = {
    "file": TypeAdapter(str),
    "id": TypeAdapter(str),
    "audio": TypeAdapter(Audio),
    "models": TypeAdapter(dict[str, str]),
    "label": TypeAdapter(str | None),
    "shares": TypeAdapter(Shares),
    "gate": TypeAdapter(Scores | None),
    "tags": TypeAdapter(list[Tag] | None),
}
"""Members that are read whole."""
_ITEMS: Final[dict[str, _Adapter]] = {"joint": TypeAdapter(JointLabel), "segments": TypeAdapter(SegmentSchema)}
_CHUNK: Final[_Adapter] = TypeAdapter(ChunkSchema)
_BRANCH: Final[_Adapter] = TypeAdapter(BranchAverageSchema)
_PEAKS: Final[_Adapter] = TypeAdapter(PeaksSchema | None)
_PEAK_VALUES: Final[_Adapter] = TypeAdapter(list[Probability])
_STEPS: Final[_Adapter] = TypeAdapter(StepsSchema | None)
_STEP_VALUES: Final[_Adapter] = TypeAdapter(list[Probability | None])
_REQUIRED: Final = [name for name, field in GivenAnswer.model_fields.items() if field.is_required()]
MIN_STEP_SECONDS = 0.01
"""No gate has shorter steps, so this bounds how many can be sent."""


@dataclass(frozen=True, slots=True)
class GivenSteps:
    """Steps as they were given: one list for each label, float32 (steps,), NaN where null stood."""

    start: float
    step_seconds: float
    probabilities: dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class GivenParts:
    """The chunks and steps as they were given, and everything that does not follow from them."""

    name: str
    id: str
    audio: types.AudioInfo
    peaks: types.Peaks | None
    models: dict[str, str]
    steps: GivenSteps | None
    chunks: list[types.Chunk]


def read_given(text: str, max_chunks: int, max_seconds: float) -> GivenParts:
    """A sound may last `max_seconds`. Raises UnsuitableAnswer with the place and the reason, and TooManyChunks."""
    found = _Members(text, max_chunks, max_seconds).read()
    for name in _REQUIRED:
        if name not in found:
            raise UnsuitableAnswer(
                f"{name} is missing. An answer that was asked for with detail=chunks or detail=steps has all it needs."
            )
    for name in found:
        if name not in GivenAnswer.model_fields and name not in found["models"]:
            raise UnsuitableAnswer(f"{name:.80} is no member of an answer, and no branch that `models` names.")
    audio = found["audio"].model_dump()
    return GivenParts(
        name=clean_file_name(found.get("file", UNNAMED)),
        id=found["id"],
        audio=types.AudioInfo(**{**audio, "warnings": tuple(audio["warnings"])}),
        peaks=found.get("peaks"),
        models=found["models"],
        steps=found.get("steps"),
        chunks=found["chunks"],
    )


class _Members:
    """What is kept of each member; None for what is computed anew."""

    def __init__(self, text: str, max_chunks: int, max_seconds: float) -> None:
        self._reader = JsonReader(text)
        self._max_chunks = max_chunks
        self._max_peaks = round(max_seconds * MAX_PEAKS_PER_SECOND) + 1
        self._max_steps = round(max_seconds / MIN_STEP_SECONDS) + 1

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        try:
            for name in self._reader.members():
                if name in found:
                    raise UnsuitableAnswer(f"{name:.80} is there twice.")
                found[name] = self._member(name)
            self._reader.finish()
        except BrokenJson as error:
            raise UnsuitableAnswer(f"The body must be an answer as JSON; {error}.") from None
        return found

    def _member(self, name: str) -> Any:
        match name:
            case "chunks":
                return self._chunks()
            case "peaks":
                return self._peaks()
            case "steps":
                return self._steps()
            case _ if name in _ITEMS:
                for number in self._reader.items():
                    _fit(_ITEMS[name], self._reader.value(), f"{name}.{number}")
            case _ if name in _WHOLE:
                return _fit(_WHOLE[name], self._reader.value(), name)
            case _:
                _fit(_BRANCH, self._reader.value(), f"{name:.80}")
        return None

    def _chunks(self) -> list[types.Chunk]:
        chunks = []
        for number in self._reader.items():
            if number == self._max_chunks:
                raise TooManyChunks(
                    f"The answer that was sent has more than {self._max_chunks} chunks, the most that one may have. "
                    "One with a larger hop_seconds has fewer."
                )
            chunk = _fit(_CHUNK, self._reader.value(), f"chunks.{number}")
            tags = _tag_scores(chunk, f"chunks.{number}")
            chunks.append(types.Chunk(chunk.start, chunk.end, chunk.gate, chunk.model_extra, tags))
        return chunks

    def _peaks(self) -> types.Peaks | None:
        if not self._reader.next_is("{"):
            _fit(_PEAKS, self._reader.value(), "peaks")
            return None
        found: dict[str, Any] = {}
        values = array("f")
        for name in self._distinct("peaks", found):
            if name == "values":
                values = self._numbers(_PEAK_VALUES, "peaks.values", self._max_peaks)
            found[name] = [] if name == "values" else self._reader.value()
        return types.Peaks(_fit(_PEAKS, found, "peaks").per_second, values)

    def _steps(self) -> GivenSteps | None:
        if not self._reader.next_is("{"):
            _fit(_STEPS, self._reader.value(), "steps")
            return None
        found: dict[str, Any] = {}
        probabilities: dict[str, NDArray[np.float32]] = {}
        for name in self._distinct("steps", found):
            if name == "probabilities" and self._reader.next_is("{"):
                for label in self._distinct("steps.probabilities", probabilities):
                    values = self._numbers(_STEP_VALUES, f"steps.probabilities.{label:.80}", self._max_steps)
                    probabilities[label] = np.frombuffer(values, dtype=np.float32)
                found[name] = {}
            else:
                found[name] = self._reader.value()
        steps = _fit(_STEPS, found, "steps")
        return GivenSteps(steps.start, steps.step_seconds, probabilities)

    def _distinct(self, place: str, found: dict[str, Any]) -> Iterator[str]:
        """The names of an object's members, in their order; `found` has those before."""
        for name in self._reader.members():
            if name in found:
                raise UnsuitableAnswer(f"{place}.{name:.80} is there twice.")
            yield name

    def _numbers(self, adapter: _Adapter, place: str, most: int) -> "array[float]":
        """float32; NaN for null, where the adapter lets it pass."""
        values = array("f")
        for some in self._reader.scalars():
            fitting = _fit(adapter, some, place, offset=len(values))
            values.extend(math.nan if value is None else value for value in fitting)
            if len(values) > most:
                raise UnsuitableAnswer(f"{place} has more than the {most} values of the longest sound.")
        return values


def _tag_scores(chunk: ChunkSchema, place: str) -> types.Scores | None:
    if chunk.tags is None:
        return None
    scores = {sys.intern(tag.label): tag.probability for tag in chunk.tags}  # the same few labels in every chunk
    if len(scores) < len(chunk.tags):
        raise UnsuitableAnswer(f"{place}.tags has a label twice.")
    return scores


def _fit(adapter: _Adapter, value: Any, place: str, offset: int = 0) -> Any:
    """The value as the adapter says; `offset` is the number of the first one of a list."""
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = [step + offset if isinstance(step, int) else step for step in first["loc"]]
        at = ".".join([place, *(f"{step:.80}" if isinstance(step, str) else str(step) for step in where)])
        given = "" if first["type"] == "missing" else f"; it is {_short(first['input'])}"
        raise UnsuitableAnswer(f"{at}: {first['msg']}{given}.") from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
