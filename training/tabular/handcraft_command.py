"""`training handcraft`: a recipe and data in; numbers by group, and a model package out."""

import json
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console

from service.cpus import usable_cpus
from training.cache.feature_cache import FeatureCache
from training.commands.errors import told_plainly
from training.commands.options import CACHE, RUNS, Cache, Data, Faults, Jobs, RecipeFile, Runs
from training.commands.outcome_table import print_outcome
from training.evaluation.outcome import measured, write_outcome
from training.export.origin import Origin
from training.export.packaging import in_project
from training.gather import gather
from training.tabular.held_out import held_out
from training.tabular.packaging import package_classifier
from training.tabular.recipe import TabularRecipe


def handcraft(
    recipe: RecipeFile,
    data: Data,
    out: Annotated[
        Path | None, typer.Option(help="Models folder that a package is written into.", show_default="none is made")
    ] = None,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Measures a classifier of hand-crafted features by group, and makes a package of it."""
    console, started = Console(stderr=True), monotonic()
    with told_plainly(console):
        read = TabularRecipe.read(recipe)
        features = FeatureCache(cache, read.front_end)
        gathered = gather(read, data, features, jobs or usable_cpus(), faults, console)
        predictions = held_out(read, gathered.examples, features)
        outcome = measured(predictions, None, None)
        folder = runs / f"{read.name}-{read.version}"
        folder.mkdir(parents=True, exist_ok=True)
        asked = {"recipe": read.model_dump(mode="json"), "data": gathered.fingerprint}
        (folder / "config.json").write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")
        predictions.save(folder / "predictions.npz")
        write_outcome(folder, outcome, f"{read.name} {read.version}, {predictions.split}")
        if out is not None:
            command = f"python -m training handcraft {in_project(recipe)} --data DATA --out models"
            origin = Origin(command, monotonic() - started)
            made = package_classifier(read, gathered, features, outcome, origin, out)
    print_outcome(outcome, Console())
    if out is not None:
        Console().print(f"Written: {made.folder}", markup=False, soft_wrap=True)
