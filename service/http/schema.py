"""The answers as OpenAPI describes them. They are written by `service.formats`; tests hold the two together."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Scores = dict[str, Probability]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Audio(_Wire):
    """What was found while decoding, rather than believed from the header."""

    container: str = Field(examples=["mp3"])
    codec: str = Field(examples=["mp3"])
    sample_rate: int = Field(description="Hz", examples=[44_100])
    channels: int
    duration_seconds: float
    silence_ratio: Probability
    clipping_ratio: Probability
    warnings: list[str]


class BranchAverage(_Wire):
    """Mean over the chunks that this branch heard."""

    seconds: float
    probabilities: Scores | None = Field(description="Null if the branch heard nothing.")


class JointLabel(_Wire):
    label: str = Field(examples=["music/metal"])
    probability: Probability


class Segment(_Wire):
    start: float
    end: float
    label: str = Field(examples=["music"])
    detail: str | None = Field(examples=["metal"])
    probability: Probability


class Chunk(BaseModel):
    """A step of the grid. Besides the gate, one member for each branch: null where it did not listen."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Scores | None]

    start: float
    end: float
    gate: Scores | None = Field(description="Null where the chunk is silent.")


class Answer(BaseModel):
    """The whole answer. Besides the members below, one for each branch of the cascade, such as `genre` and `scene`."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, BranchAverage]

    id: str
    audio: Audio
    models: dict[str, str] = Field(examples=[{"gate": "gate@1.0.0"}])
    label: str = Field(examples=["music/metal"])
    gate: Scores | None
    joint: list[JointLabel]
    segments: list[Segment] | None = Field(default=None, description="Left out with detail=summary.")
    chunks: list[Chunk] | None = Field(default=None, description="Only with detail=chunks.")


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

    model: str = Field(examples=["gate@1.0.0"])
    name: str
    version: str
    task: str
    labels: list[str]
    serves_as: list[str] = Field(description="Its places in the cascade: `gate`, or a branch's name; none if unused.")
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
