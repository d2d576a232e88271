"""What clients can ask for: as the parameters of a query, and in the first message of a stream."""

from math import inf
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from service.errors import InvalidOption
from service.formats.catalogue import FORMATS, FormatName
from service.formats.document import Detail, View
from service.options import DEFAULTS, SPECS, check_options
from service.types import MAX_SECONDS, MIN_HOP_SECONDS, Options

# Schemas are without "null", which pydantic would allow as well: a query cannot say it.
_TOP_K: Final = {"type": "integer", "minimum": 1, "examples": [3]}
_FORMAT: Final = {"type": "string", "enum": list(FORMATS), "examples": ["csv"]}


def option(name: str) -> Any:
    """A field for the option. Bounds are documentation alone: `check_options` enforces them, as on the command line."""
    spec, default = SPECS[name], getattr(DEFAULTS, name)
    text = spec.help if default is not None else f"{spec.help} Default: {spec.default_words}."

    def document(schema: dict[str, Any]) -> None:
        most = {} if spec.most == inf else {"maximum": spec.most}
        kind = "integer" if isinstance(spec.example, int) else "number"
        schema.clear()
        schema.update(type=kind, minimum=spec.least, **most, examples=[spec.example])

    return Field(default, description=text, json_schema_extra=document)


class AskedOptions(BaseModel):
    """What every answer can be asked for, since it needs no sound, but only chunks and steps."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    smoothing: float | None = option("smoothing")
    min_segment_seconds: float = option("min_segment_seconds")
    merge_gap_seconds: float = option("merge_gap_seconds")
    top_k: Annotated[int | None, WithJsonSchema(_TOP_K)] = None
    """Only the k most probable labels of each branch, and tags; every label and 10 tags by default."""
    detail: Detail = "chunks"
    """How much to answer: averages alone, also segments, also every chunk, also the steps within chunks."""

    def options(self) -> Options:
        """Raises InvalidOption."""
        options = Options(**self.model_dump(include=set(SPECS)))
        check_options(options)
        return options

    def view(self) -> View:
        """Raises InvalidOption."""
        return View(self.detail, self.top_k)


class AnswerQuery(AskedOptions):
    format: Annotated[FormatName | None, WithJsonSchema(_FORMAT)] = None
    """Form of the answer; without it, the Accept header decides, and without that it is JSON."""


class ClassifyQuery(AnswerQuery):
    hop_seconds: float | None = option("hop_seconds")
    start_seconds: float = option("start_seconds")
    end_seconds: float | None = option("end_seconds")
    peaks_per_second: int = option("peaks_per_second")

    def options(self) -> Options:
        """Raises InvalidOption."""
        options = super().options()
        hop = options.hop_seconds
        if hop is not None and hop > MAX_SECONDS:  # only the cascade knows the longest, but the upload need not wait
            raise InvalidOption(f"hop_seconds is {hop:g}; {MIN_HOP_SECONDS:g} to the length of a chunk are possible.")
        return options
