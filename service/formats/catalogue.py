"""Every format that an answer can take, by the name that callers ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from service.formats import annotations, csv_table, json_text, ndjson, textgrid
from service.formats.document import View
from service.types import Report

FormatName = Literal["json", "ndjson", "csv", "audacity", "rttm", "textgrid", "vtt"]


@dataclass(frozen=True, slots=True)
class Format:
    """`write` takes the report, the name of the sound and the view, and gives the whole file, to be encoded as UTF-8.

    Every line of it ends in a newline; Audacity labels and RTTM of a sound without segments are an empty file.
    """

    name: FormatName
    media_type: str
    extension: str
    summary: str
    write: Callable[[Report, str, View], str]


_ALL: Final = (
    Format("json", "application/json", "json", "The whole answer as one JSON object", json_text.write),
    Format("ndjson", "application/x-ndjson", "ndjson", "A JSON object per line: chunks, then the report", ndjson.write),
    Format("csv", "text/csv; charset=utf-8", "csv", "A table of chunks, segments or averages", csv_table.write),
    Format("audacity", "text/plain; charset=utf-8", "txt", "A label track for Audacity", annotations.write_audacity),
    Format(
        "rttm",
        "text/plain; charset=utf-8",
        "rttm",
        "Time marks for tools that score diarization",
        annotations.write_rttm,
    ),
    Format("textgrid", "text/plain; charset=utf-8", "TextGrid", "Interval tiers for Praat", textgrid.write),
    Format("vtt", "text/vtt; charset=utf-8", "vtt", "Captions for a web player", annotations.write_vtt),
)

FORMATS: Final[Mapping[FormatName, Format]] = MappingProxyType({each.name: each for each in _ALL})
