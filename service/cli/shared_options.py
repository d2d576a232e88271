"""Options that several commands share: which part of a sound, how finely, how segments are made, which models."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from service.formats.catalogue import FormatName
from service.types import Options

DEFAULTS = Options()

HopSeconds = Annotated[float | None, typer.Option(help="Seconds from one chunk to the next.", show_default="one chunk")]
StartSeconds = Annotated[float, typer.Option(help="Second at which the analysis starts.")]
EndSeconds = Annotated[float | None, typer.Option(help="Second at which the analysis ends.", show_default="the end")]
Smoothing = Annotated[
    float | None,
    typer.Option(
        help="Cost of a change of label, in nats per step, or per chunk if the gate speaks per chunk; 0 for none.",
        show_default="what suits the gate",
    ),
]
MinSegmentSeconds = Annotated[float, typer.Option(help="Segments shorter than this go to their neighbours.")]
MergeGapSeconds = Annotated[float, typer.Option(help="Gaps in a label that are shorter than this are closed.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes.", show_default="one per usable processor")]


ModelsDir = Annotated[Path | None, typer.Option(help="Folder of model packages and cascade.json.", show_default=False)]


OutputFormat = Literal["table", FormatName]
"""What `--format` of `earmark classify` may be."""
