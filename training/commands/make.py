"""`training make` and `training evaluate`: a recipe and data in, numbers and a model package out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.commands.errors import told_plainly
from training.commands.fit_progress import fit_progress
from training.commands.options import CACHE, RUNS, Cache, Data, Faults, Jobs, RecipeFile, Runs, Teacher
from training.commands.outcome_table import print_outcome
from training.corpora.usable_clips import FaultPolicy
from training.export.packaging import package
from training.material import prepare
from training.recipe import read_recipe
from training.run import Run, teacher_for

Out = Annotated[Path, typer.Option(help="Models folder that the package is written into.")]


def evaluate(
    recipe: RecipeFile,
    data: Data,
    teacher: Teacher = None,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Measures a recipe by its own split, without making a package."""
    console = Console(stderr=True)
    with told_plainly(console), _run(recipe, data, teacher, runs, cache, jobs, faults, console) as run:
        outcome = run.evaluate()
    print_outcome(outcome, Console())


def make(
    recipe: RecipeFile,
    data: Data,
    out: Out,
    teacher: Teacher = None,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Measures a recipe, fits it to all of the data and writes the model package."""
    console = Console(stderr=True)
    with told_plainly(console), _run(recipe, data, teacher, runs, cache, jobs, faults, console) as run:
        outcome = run.evaluate()
        network = run.final_network()
        tested = run.on_evaluation_set(network, outcome.calibration)
        outcome = replace(outcome, metrics=(*outcome.metrics, *tested))
        made = package(run, outcome, network, out, recipe)
    print_outcome(outcome, Console())
    Console().print(f"Written: {made.folder}", markup=False, soft_wrap=True)


@contextmanager
def _run(
    recipe: Path,
    data: list[Path],
    teacher: Path | None,
    runs: Path,
    cache: Path,
    jobs: int | None,
    faults: FaultPolicy,
    console: Console,
) -> Iterator[Run]:
    """The recipe's run with its sound prepared, while its progress is shown."""
    read = read_recipe(recipe)
    needed = teacher_for(read, teacher)
    material = prepare(read, data, cache, jobs, faults, console)
    with fit_progress(console) as progress:
        yield Run(read, material, needed, runs / f"{read.name}-{read.version}", cache, progress.on_epoch)
