"""Options of every command that listens to files: how finely, to which part, and how segments are made."""

from typing import Annotated

import typer

from service.types import Options

DEFAULTS = Options()

HopSeconds = Annotated[float | None, typer.Option(help="From one chunk to the next.", show_default="one chunk")]
StartSeconds = Annotated[float, typer.Option(help="Where to begin.")]
EndSeconds = Annotated[float | None, typer.Option(help="Where to stop.", show_default="the end")]
Smoothing = Annotated[
    float | None,
    typer.Option(
        help="Cost of a change of label, in nats per step, or per chunk if the gate speaks per chunk; 0 for none.",
        show_default="what suits the gate",
    ),
]
MinSegmentSeconds = Annotated[float, typer.Option(help="Shorter segments go to their neighbours.")]
MergeGapSeconds = Annotated[float, typer.Option(help="Shorter interruptions of a label are closed.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes.", show_default="one per usable processor")]
