"""`training embed`: a recipe, an embedder and data in; numbers by two protocols, and a model package out."""

import json
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console

from service.cpus import usable_cpus
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
from training.embedding.chunk_embeddings import ChunkEmbeddings
from training.embedding.embedder_file import embedder_file
from training.embedding.embedding_packaging import package_head, served_front_end
from training.embedding.embedding_recipe import EmbeddingRecipe
from training.embedding.head_measuring import (
    as_they_are,
    by_file,
    by_group,
    chunks_of_all,
    head_of,
    held_out,
    scatter_png,
)
from training.evaluation.measured_outcome import measured, write_outcome
from training.export.card_facts import Origin
from training.export.recipe_packaging import in_project
from training.prepare import gather


def embed(
    recipe: RecipeFile,
    data: Data,
    embedder: Annotated[
        Path, typer.Option(help="As the recipe says: a TFLite or ONNX file, VGGish's weights, or a package's folder.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Models folder that a package is written into.", show_default="none is made")
    ] = None,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Measures a linear classifier of embeddings by file and by group, and makes a package of it."""
    console, started = Console(stderr=True), monotonic()
    with told_plainly(console):
        read = EmbeddingRecipe.read(recipe)
        file = embedder_file(read.embedder, embedder, cache)
        if out is not None:
            served_front_end(read, file)
        embeddings = ChunkEmbeddings(cache, file, read.chunk_seconds)
        gathered = gather(read, data, embeddings, jobs or usable_cpus(), faults, console)
        examples, chunks = gathered.examples, chunks_of_all(gathered.examples, embeddings)
        folder = runs / f"{read.name}-{read.version}"
        (folder / "holdout").mkdir(parents=True, exist_ok=True)
        asked = {"recipe": read.model_dump(mode="json"), "data": gathered.fingerprint, "embedder": file.digest}
        (folder / "config.json").write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")
        title = f"{read.name} {read.version}"
        once, crossed = by_file(read, examples), by_group(read, examples)
        outcomes = []
        for place, split in ((folder / "holdout", once), (folder, crossed)):
            predictions = held_out(read, examples, chunks, split)
            outcomes.append(measured(predictions, None, None) if split is crossed else as_they_are(predictions))
            predictions.save(place / "predictions.npz")
            write_outcome(place, outcomes[-1], f"{title}, {split.name}")
        scatter_png(folder / "holdout" / "scatter.png", chunks, once.folds[0], read.labels, title)
        if out is not None:
            hours = [float(embeddings.of(example.clip.path)[1].sum()) / 3600 for example in examples]
            given = f"{in_project(recipe)} --data DATA --embedder {in_project(embedder)}"
            head = head_of(read, chunks, range(len(examples)))
            origin = Origin(f"python -m training embed {given} --out models", monotonic() - started)
            made = package_head(read, file, gathered, outcomes[-1], head, hours, origin, out)
    for outcome in outcomes:
        print_outcome(outcome, Console())
    if out is not None:
        Console().print(f"Written: {made.folder}", markup=False, soft_wrap=True)
