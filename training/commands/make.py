"""`training make` and `training evaluate`: a recipe and data in, numbers and a model package out."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.commands.errors import told_plainly
from training.commands.fit_progress import fit_progress
from training.commands.options import CACHE, RUNS, Cache, Data, Faults, Jobs, RecipeFile, Runs, Teacher
from training.commands.outcome_table import print_outcome
from training.export.packaging import package
from training.material import prepare
from training.recipe import Recipe, read_recipe
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
    with told_plainly(console):
        read = read_recipe(recipe)
        teacher = teacher_for(read, teacher)
        material = prepare(read, data, cache, jobs, faults, console)
        with fit_progress(console) as progress:
            outcome = Run(read, material, teacher, runs / _name(read), cache, progress.on_epoch).evaluate()
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
    with told_plainly(console):
        read = read_recipe(recipe)
        teacher = teacher_for(read, teacher)
        material = prepare(read, data, cache, jobs, faults, console)
        with fit_progress(console) as progress:
            run = Run(read, material, teacher, runs / _name(read), cache, progress.on_epoch)
            outcome, network = run.evaluate(), run.final_network()
        made = package(run, outcome, network, out)
    print_outcome(outcome, Console())
    Console().print(f"Written: {made.folder}", markup=False, soft_wrap=True)


def _name(recipe: Recipe) -> str:
    return f"{recipe.name}-{recipe.version}"
