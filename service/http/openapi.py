"""The answers as OpenAPI describes them: the document, what routes say about their responses, and a schema for each.

`service.formats` writes the answers; tests hold the two together.
"""

import json
import re
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from service.formats.catalogue import FORMATS
from service.http.header_fields import UNNAMED
from service.types import MAX_PEAKS_PER_SECOND

_SUMMARY = "Says what is in an audio file, chunk by chunk and on average: music, speech, genre, scene."
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
"""How a key is sent, where keys are needed."""

_SCHEMA_CLASS = re.compile(r'(?<=["/])([A-Z][A-Za-z]*)Schema(?=")')
"""A class such as `ChunkSchema` is the component `Chunk`: `service.types` has a class of that name already."""

Probability = Annotated[float, Field(ge=0, le=1)]
Scores = dict[str, Probability]
Seconds = Annotated[float, Field(ge=0, le=1e16)]
"""A false header may claim up to 2^63 samples."""
Shares = Annotated[
    dict[str, Probability],
    Field(
        examples=[{"music": 0.41, "speech": 0.43, "both": 0.08, "neither": 0.14, "silent": 0.1}],
        description="Part of the time, by the segments, that each label of the gate holds, `both` of its two labels, "
        "`neither`, and that is `silent`. `both` is counted in each of its labels, too.",
    ),
]

GIVEN_EXAMPLE: Final[dict[str, Any]] = {
    "file": "talk.mp3",
    "id": "71e3031865354d84ae3eefff5f4bca55",
    "audio": {
        "container": "mp3",
        "codec": "mp3",
        "sample_rate": 44_100,
        "channels": 2,
        "duration_seconds": 4.5,
        "silence_ratio": 0.25,
        "clipping_ratio": 0.0,
        "warnings": [],
    },
    "models": {"gate": "gate@2.0.0", "genre": "genre@2.0.0", "scene": "scene@2.0.0"},
    "chunks": [
        {"start": 0.0, "end": 3.0, "gate": {"music": 0.02, "speech": 0.97}, "genre": None, "scene": None},
        {"start": 3.0, "end": 4.5, "gate": None, "genre": None, "scene": None},
    ],
}
"""An answer of a cascade without tags, whose gate speaks per chunk."""
TAGS_EXAMPLE: Final = [{"label": "Trumpet", "probability": 0.62}, {"label": "Brass instrument", "probability": 0.48}]
STEPS_EXAMPLE: Final = {
    "start": 0.0,
    "step_seconds": 0.157895,
    "probabilities": {"music": [0.98, 0.95, None], "speech": [0.01, 0.02, None]},
}


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """With the schemas of answers that no route names, since it writes them itself."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, summary=_SUMMARY, routes=app.routes)
        _, named = models_json_schema(
            [(model, "serialization") for model in (Answer, FileAnswer, GivenAnswer, Problem)],
            ref_template="#/components/schemas/{model}",
        )
        schemas = document["components"]["schemas"]
        document["components"]["schemas"] = dict(sorted({**named["$defs"], **schemas}.items()))
        document = json.loads(_SCHEMA_CLASS.sub(r"\1", json.dumps(document)))
        document["components"]["securitySchemes"] = _KEYS
        document["security"] = [{}, *({scheme: []} for scheme in _KEYS)]
        app.openapi_schema = document
    return app.openapi_schema


def answer_in_every_form(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The value of status 200 in `responses=`; `schema` is that of the JSON."""
    others = [form.media_type.split(";")[0] for form in FORMATS.values() if form.name != "json"]
    return {
        "description": description,
        "content": {
            "application/json": {"schema": schema},
            **{media_type: {"schema": {"type": "string"}} for media_type in others},
        },
    }


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problems, for `responses=`. 500 may always happen."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content} for status in sorted({*statuses, 500})
    }


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Audio(_Wire):
    """What was found while decoding, rather than believed from the header."""

    container: str = Field(examples=["mp3"])
    codec: str = Field(examples=["mp3"])
    sample_rate: int = Field(description="Hz", ge=1, examples=[44_100])
    channels: int = Field(ge=1)
    duration_seconds: Seconds
    silence_ratio: Probability
    clipping_ratio: Probability
    warnings: list[str]


class PeaksSchema(_Wire):
    """A waveform overview. Value i is the largest magnitude from i / per_second seconds on, until the next; time 0 is
    where listening began."""

    per_second: int = Field(ge=1, le=MAX_PEAKS_PER_SECOND)
    values: list[Probability]


class BranchAverageSchema(_Wire):
    """Mean over the chunks that this branch heard."""

    seconds: Seconds
    probabilities: Scores | None = Field(description="Null if the branch heard nothing.")


class JointLabel(_Wire):
    label: str = Field(examples=["music/metal"])
    probability: Probability


class Tag(_Wire):
    """One of the things that the tagger listens for in every chunk that is not silent."""

    label: str = Field(examples=["Trumpet"])
    probability: Probability


class StepsSchema(_Wire):
    """The gate on an even grid, finer than chunks. Value i of each list holds from `start` + i * `step_seconds` on."""

    start: Seconds
    step_seconds: float = Field(gt=0, le=60)
    probabilities: dict[str, list[Probability | None]] = Field(
        description="A list for each label of the gate, all of one length; null where the sound is silent."
    )


class SegmentSchema(_Wire):
    start: Seconds
    end: Seconds
    label: str = Field(examples=["music"])
    detail: str | None = Field(examples=["metal"], description="Best label of the branch that listened, if one did.")
    probability: Probability
    tags: list[Tag] | None = Field(
        default=None, examples=[TAGS_EXAMPLE], description="The best ones, at most 3; only if the cascade has tags."
    )


class ChunkSchema(BaseModel):
    """A place of the grid. Besides the gate, one member for each branch: null where it did not listen."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Scores | None]

    start: Seconds
    end: Seconds
    gate: Scores | None = Field(description="Null where the chunk is silent.")
    tags: list[Tag] | None = Field(
        default=None,
        examples=[TAGS_EXAMPLE],
        description="The most probable ones, best first; only if the cascade has tags. Null where the chunk is silent.",
    )


class Answer(BaseModel):
    """The whole answer. Besides the members below, one for each branch of the cascade, such as `genre` and `scene`."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, BranchAverageSchema]

    id: str
    audio: Audio
    peaks: PeaksSchema | None = Field(default=None, description="Only with peaks_per_second.")
    models: dict[str, str] = Field(examples=[{"gate": "gate@2.0.0"}])
    label: str = Field(examples=["music/metal"])
    shares: Shares
    gate: Scores | None
    tags: list[Tag] | None = Field(
        default=None,
        examples=[TAGS_EXAMPLE],
        description="Means over all chunks that are not silent, if above their thresholds, best first; top_k of them, "
        "10 by default. Only if the cascade has tags.",
    )
    joint: list[JointLabel]
    segments: list[SegmentSchema] | None = Field(default=None, description="Left out with detail=summary.")
    steps: StepsSchema | None = Field(
        default=None,
        examples=[STEPS_EXAMPLE],
        description="Only with detail=steps, and only if the gate speaks in steps.",
    )
    chunks: list[ChunkSchema] | None = Field(default=None, description="Only with detail=chunks and detail=steps.")


class GivenAnswer(BaseModel):
    """An answer with every chunk and every label. What follows from the chunks and steps (`label`, `shares`, `gate`,
    `tags`, `joint`, `segments`, a member for each branch) may be there, and is computed anew."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra={"examples": [GIVEN_EXAMPLE]})
    __pydantic_extra__: dict[str, BranchAverageSchema]

    file: str = Field(default=UNNAMED, description="What the sound is called in the new answer.", examples=["song.mp3"])
    id: str
    audio: Audio
    peaks: PeaksSchema | None = None
    models: dict[str, str] = Field(examples=[{"gate": "gate@2.0.0"}])
    label: str | None = None
    shares: Shares = {}
    gate: Scores | None = None
    tags: list[Tag] | None = None
    joint: list[JointLabel] = []
    segments: list[SegmentSchema] = []
    steps: StepsSchema | None = Field(
        default=None,
        examples=[STEPS_EXAMPLE],
        description="With them, segments are as fine as steps; without, they are made from the chunks.",
    )
    chunks: list[ChunkSchema] = Field(min_length=1)


class Problem(BaseModel):
    """RFC 9457. Some types have members of their own."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str = Field(examples=["urn:earmark:problem:unsupported-format"])
    title: str
    status: int
    detail: str
    request_id: str


class FileProblem(_Wire):
    type: str
    title: str
    status: int
    detail: str


class FileAnswer(_Wire):
    """One of several files: `answer` if it could be analysed, `problem` if not."""

    file: str
    status: int = Field(examples=[200])
    answer: Answer | None = None
    problem: FileProblem | None = None


class MetricInfo(_Wire):
    name: str
    value: float
    split: str = Field(description="What it was measured on.")
    interval: tuple[float, float] | None = Field(description="95 % confidence.")


class ModelInfo(_Wire):
    """One package of the models folder."""

    model: str = Field(examples=["gate@2.0.0"])
    name: str
    version: str
    task: str
    labels: list[str] = Field(description="None for an ear, which names nothing itself.")
    ear: str | None = Field(
        examples=["ear@2.0.0"], description="The ear that it hears through; null if it hears the sound itself."
    )
    serves_as: list[str] = Field(
        description="Its places in the cascade: `gate`, a branch's name, `tags`; `ear` if one of these hears through "
        "it; none if unused."
    )
    metrics: list[MetricInfo]


class ModelDetails(ModelInfo):
    manifest: dict[str, object] = Field(description="All of manifest.json.")
    card: str = Field(description="The model card, in Markdown.")


class BrokenModel(_Wire):
    model: str
    problem: str = Field(description="Why the package is refused.")


class ModelList(_Wire):
    models: list[ModelInfo]
    broken: list[BrokenModel]


class Readable(_Wire):
    containers: list[str]
    codecs: list[str]


class Writable(_Wire):
    name: str
    media_type: str
    extension: str
    summary: str


class FormatList(_Wire):
    reads: Readable
    writes: list[Writable]
    limits: dict[str, float] = Field(description="By the names of the settings, in their units.")


class Health(_Wire):
    status: Literal["live", "ready"]
