"""Options that several commands of training have."""

from pathlib import Path
from typing import Annotated

import typer

from training.corpora.usable_clips import FaultPolicy

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

RUNS = Path("build/runs")
CACHE = Path("build/cache")
