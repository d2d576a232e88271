"""`training handcraft`: a recipe and data in; numbers by group, and a model package out."""

import json
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from service.cpus import usable_cpus
from training.cache.file_cache import FeatureCache
from training.commands.command_line import (
    CACHE,
    RUNS,
    Cache,
    Data,
    Faults,
    Jobs,
    RecipeFile,
    Runs,
    print_outcome,
    told_plainly,
)
from training.evaluation.measured_outcome import measured, write_outcome
from training.evaluation.predictions import Predictions
from training.examples import Example
from training.export.card_facts import Origin
from training.export.recipe_packaging import in_project
from training.prepare import gather
from training.splits import grouped
from training.tabular.handcraft_packaging import package_classifier
from training.tabular.handcraft_recipe import TabularRecipe, table_of
from training.tabular.onnx_graph import LEAST_PROBABILITY


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


def held_out(recipe: TabularRecipe, examples: Sequence[Example], features: FeatureCache) -> Predictions:
    """Chunks are the windows of `features`. Raises SplitError if there are too few songs."""
    table = table_of(recipe, examples, features)
    split = grouped(table.truth, table.groups, recipe.evaluation.folds, recipe.seed)
    targets, logits = table.targets, np.zeros((len(table.truth), len(table.labels)), dtype=np.float32)
    fold_of = np.zeros(len(table.truth), dtype=np.int64)
    for number, fold in enumerate(split.folds):
        train, test = np.array(fold.train), np.array(fold.test)
        likely = recipe.learner.fit(table.rows[train], targets[train], recipe.seed).probabilities(table.rows[test])
        logits[test] = np.log(np.maximum(likely, LEAST_PROBABILITY))
        fold_of[test] = number
    owners = np.repeat(np.arange(len(examples)), [len(features.frames(one.clip.path)) for one in examples])
    _, first = np.unique(owners, return_index=True)
    return Predictions(
        labels=table.labels,
        activation="softmax",
        split=split.name,
        leaks=split.leaks,
        chunk_logits=logits,
        chunk_files=owners.astype(np.int64),
        chunk_seconds=np.full(len(owners), recipe.front_end.window_seconds, dtype=np.float32),
        targets=np.eye(len(table.labels), dtype=np.float32)[targets[first]],
        groups=tuple(table.groups[index] for index in first.tolist()),
        corpora=tuple(example.clip.corpus for example in examples),
        names=tuple(example.name for example in examples),
        folds=fold_of[first],
    )
