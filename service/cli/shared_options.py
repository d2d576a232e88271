"""Options that several commands share: which part of a sound, how finely, how segments are made, which models."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from service.formats.catalogue import FormatName
from service.options import SPECS


def _option(name: str) -> Any:
    spec = SPECS[name]
    return typer.Option(help=spec.help, show_default=spec.default_words or True)


HopSeconds = Annotated[float | None, _option("hop_seconds")]
StartSeconds = Annotated[float, _option("start_seconds")]
EndSeconds = Annotated[float | None, _option("end_seconds")]
Smoothing = Annotated[float | None, _option("smoothing")]
MinSegmentSeconds = Annotated[float, _option("min_segment_seconds")]
MergeGapSeconds = Annotated[float, _option("merge_gap_seconds")]
PeaksPerSecond = Annotated[int, _option("peaks_per_second")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes.", show_default="one per usable processor")]
ModelsDir = Annotated[Path | None, typer.Option(help="Folder of model packages and cascade.json.", show_default=False)]

OutputFormat = Literal["table", FormatName]
"""What `--format` of `earmark classify` may be."""
