"""`training make` and `training evaluate`: a recipe and data in, numbers and a model package out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.commands.command_line import (
    CACHE,
    RUNS,
    Cache,
    Data,
    Faults,
    Jobs,
    RecipeFile,
    Runs,
    Weights,
    print_outcome,
    told_plainly,
)
from training.corpora.corpus import FaultPolicy
from training.ear.command import Asked, evaluate_ear, make_ear
from training.ear.ear_recipe import is_ear_recipe
from training.export.recipe_packaging import package
from training.prepare import prepare
from training.progress import fit_progress
from training.recipe import RecipeError, read_recipe
from training.recipe_run import RecipeRun

Out = Annotated[Path, typer.Option(help="Models folder that the package is written into.")]


def evaluate(
    recipe: RecipeFile,
    data: Data,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
    weights: Weights = None,
) -> None:
    """Measures a recipe by its own split, without making a package."""
    console = Console(stderr=True)
    with told_plainly(console):
        if is_ear_recipe(recipe):
            evaluate_ear(Asked(recipe, tuple(data), weights, runs, cache, jobs, faults), console)
            return
        _refuse_weights(recipe, weights)
    with told_plainly(console), _run(recipe, data, runs, cache, jobs, faults, console) as run:
        outcome = run.evaluate()
    print_outcome(outcome, Console())


def make(
    recipe: RecipeFile,
    data: Data,
    out: Out,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
    weights: Weights = None,
) -> None:
    """Measures a recipe, fits it to all of the data and writes the model package, or an ear's with its heads."""
    console = Console(stderr=True)
    with told_plainly(console):
        if is_ear_recipe(recipe):
            asked = Asked(recipe, tuple(data), weights, runs, cache, jobs, faults)
            for package_made in make_ear(asked, out, console):
                Console().print(f"Written: {package_made.folder}", markup=False, soft_wrap=True)
            return
        _refuse_weights(recipe, weights)
    with told_plainly(console), _run(recipe, data, runs, cache, jobs, faults, console) as run:
        outcome = run.evaluate()
        network = run.final_network()
        tested = run.on_evaluation_set(network, outcome.calibration)
        outcome = replace(outcome, metrics=(*outcome.metrics, *tested))
        made = package(run, outcome, network, out, recipe)
    print_outcome(outcome, Console())
    Console().print(f"Written: {made.folder}", markup=False, soft_wrap=True)


def _refuse_weights(recipe: Path, weights: Path | None) -> None:
    if weights is not None:
        raise RecipeError(f"{recipe.name} is no ear's recipe; --weights goes with those.")


@contextmanager
def _run(
    recipe: Path,
    data: list[Path],
    runs: Path,
    cache: Path,
    jobs: int | None,
    faults: FaultPolicy,
    console: Console,
) -> Iterator[RecipeRun]:
    """The recipe's run with its sound prepared, while its progress is shown."""
    read = read_recipe(recipe)
    material = prepare(read, data, cache, jobs, faults, console)
    with fit_progress(console) as progress:
        yield RecipeRun(read, material, runs / f"{read.name}-{read.version}", progress.on_epoch)
