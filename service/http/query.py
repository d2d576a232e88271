"""The parameters of a query: what you can ask for."""

from dataclasses import fields
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from service.errors import InvalidOption
from service.formats.catalogue import FORMATS, FormatName
from service.formats.document import Detail, View
from service.options import MAX_PEAKS_PER_SECOND, MAX_SECONDS, MIN_HOP_SECONDS, check_options
from service.types import Options

_DEFAULTS = Options()
_OF_OPTIONS: Final = {field.name for field in fields(Options)}
# Without "null", which pydantic would allow as well: a query cannot say it.
_FORMAT: Final = {"type": "string", "enum": list(FORMATS), "examples": ["csv"]}


def _number(least: float, example: float, most: float | None = None, kind: str = "number") -> WithJsonSchema:
    """Bounds for the documentation alone: `check_options` enforces them, for HTTP as for the command line."""
    bounds: dict[str, Any] = {"minimum": least} if most is None else {"minimum": least, "maximum": most}
    return WithJsonSchema({"type": kind, **bounds, "examples": [example]})


class AnswerQuery(BaseModel):
    """What needs no sound, but only chunks and steps."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    smoothing: Annotated[float | None, _number(0, 2.0, MAX_SECONDS)] = _DEFAULTS.smoothing
    """Cost of a change of label, in nats per step (per chunk, if the gate speaks per chunk); 0 smooths nothing. The
    default suits the gate."""
    min_segment_seconds: Annotated[float, _number(0, 5.0, MAX_SECONDS)] = _DEFAULTS.min_segment_seconds
    """Shorter segments go to their neighbours."""
    merge_gap_seconds: Annotated[float, _number(0, 2.0, MAX_SECONDS)] = _DEFAULTS.merge_gap_seconds
    """Shorter interruptions of a label are closed."""
    top_k: Annotated[int | None, _number(1, 3, kind="integer")] = None
    """Only the k most probable labels of each branch, and tags; every label and 10 tags by default."""
    detail: Detail = "chunks"
    """How much to answer: averages alone, also segments, also every chunk, also the steps within chunks."""
    format: Annotated[FormatName | None, WithJsonSchema(_FORMAT)] = None
    """Form of the answer; without it, the Accept header decides, and without that it is JSON."""

    def options(self) -> Options:
        """Raises InvalidOption."""
        asked = self.model_dump(include=_OF_OPTIONS)
        options = Options(**asked)
        check_options(options)
        return options

    def view(self) -> View:
        """Raises InvalidOption."""
        return View(self.detail, self.top_k)


class ClassifyQuery(AnswerQuery):
    hop_seconds: Annotated[float | None, _number(MIN_HOP_SECONDS, 1.0)] = _DEFAULTS.hop_seconds
    """From the start of one chunk to that of the next; at most the length of a chunk, which is the default."""
    start_seconds: Annotated[float, _number(0, 30.0, MAX_SECONDS)] = _DEFAULTS.start_seconds
    """Where to begin."""
    end_seconds: Annotated[float | None, _number(0, 90.0, MAX_SECONDS)] = _DEFAULTS.end_seconds
    """Where to stop, later than `start_seconds`; the end of the sound by default."""
    peaks_per_second: Annotated[int, _number(0, 20, MAX_PEAKS_PER_SECOND, "integer")] = _DEFAULTS.peaks_per_second
    """So many values a second of a waveform overview, in JSON and NDJSON; 0 makes none."""

    def options(self) -> Options:
        """Raises InvalidOption."""
        options = super().options()
        hop = options.hop_seconds
        if hop is not None and hop > MAX_SECONDS:  # only the cascade knows the longest, but the upload need not wait
            raise InvalidOption(f"hop_seconds is {hop:g}; {MIN_HOP_SECONDS:g} to the length of a chunk are possible.")
        return options
