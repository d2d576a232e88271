"""What the commands of training share: their options, errors in one sentence, and the table of an outcome."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.augment.mixing import UnknownLabel
from training.cache.array_pack import PackError
from training.corpora.corpus import CorpusError, FaultPolicy
from training.embedding.embedders import EmbedderError
from training.evaluation.measured_outcome import MeasuredOutcome
from training.evaluation.predictions import PredictionsError
from training.evaluation.thresholds import CalibrationError
from training.export.onnx_export import ExportError
from training.fit.checkpoint import FolderInUse
from training.recipe import RecipeError
from training.splits import SplitError

RUNS = Path("build/runs")
CACHE = Path("build/cache")
RecipeFile = Annotated[Path, typer.Argument(help="Recipe, a TOML file.", dir_okay=False, exists=True)]
Data = Annotated[
    list[Path], typer.Option("--data", help="Folder of a corpus, in any of the known layouts; repeatable.")
]
Runs = Annotated[Path, typer.Option(help="Folder for runs: curves, reports, checkpoints. An interrupted run goes on.")]
Cache = Annotated[Path, typer.Option(help="Folder for decoded sound and features.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes.", show_default="all processors")]
Faults = Annotated[FaultPolicy, typer.Option(help="What to do about files that are missing or broken.")]
Weights = Annotated[
    Path | None,
    typer.Option(
        help="Published weights that an ear begins from; random ones, if not given.", exists=True, dir_okay=False
    ),
]
PLAIN = (
    CalibrationError,
    CorpusError,
    EmbedderError,
    ExportError,
    FolderInUse,
    PackError,
    PredictionsError,
    RecipeError,
    SplitError,
    UnknownLabel,
)


@contextmanager
def told_plainly(console: Console) -> Iterator[None]:
    """Tells what a person can put right in one sentence instead of a traceback, and ends the program with status 2."""
    try:
        yield
    except PLAIN as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


def print_outcome(outcome: MeasuredOutcome, console: Console) -> None:
    """Its metrics with their intervals, and its calibration."""
    table = Table("metric", "split", "value", "95 %", box=None, header_style="bold")
    for metric in outcome.metrics:
        interval = f"{metric.interval[0]:.3f} to {metric.interval[1]:.3f}" if metric.interval else ""
        table.add_row(escape(metric.name), escape(metric.split), f"{metric.value:.3f}", interval)
    console.print(table)
    console.print(f"temperature {outcome.calibration.temperature:.3f}", highlight=False)
    for label, threshold in outcome.calibration.thresholds.items():
        console.print(f"{label} holds from {threshold:.3f}", highlight=False, markup=False)
