"""`training systems` and `training reproduce`: what is known of the reports' systems, and how to find out more."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.features.kinds import AnyFrontEnd
from training.commands.command_line import CACHE, PLAIN, RUNS, Cache, Faults, Jobs, Runs, told_plainly
from training.embedding.embedding_recipe import EmbeddingRecipe
from training.fit.fit_plan import Precision
from training.networks.tagger import Network, parameters_of
from training.recipe import read_recipe
from training.systems.embedding_run import reproduce_cascade, reproduce_embedding
from training.systems.network_run import Given, reproduce_comparison, reproduce_network
from training.systems.registry import SYSTEMS, System, systems_named
from training.systems.reproduction_page import number, page
from training.systems.results import GROUP, OFFICIAL, REPORT, RESULTS, Result, read_results, with_new, write_results
from training.systems.table_run import TableRun
from training.tabular.comparison import NETWORKS

PAGE = Path("docs/reproduction.md")
COLUMNS = ("system", "report", "what", "parameters", "front-end", "protocol", "stated", "by it", "by group")
FEATURES, GENRES = 57, 10
"""Numbers and labels of a row of the published tables."""
Results = Annotated[Path, typer.Option(help="Table in which numbers are kept.")]


class ProtocolName(StrEnum):
    """As an option names them."""

    REPORT = REPORT
    GROUP = GROUP
    OFFICIAL = OFFICIAL


def systems(results: Results = RESULTS) -> None:
    """Prints every system of the reports with its last numbers."""
    with told_plainly(Console(stderr=True)):
        found = {one.key: one for one in read_results(results)}
    table = Table(*COLUMNS, box=None, header_style="bold")
    for system in SYSTEMS:
        count = parameters(system)
        cells = (
            system.name,
            system.report,
            system.what,
            "" if count is None else f"{count:,}",
            front_end(system),
            system.protocol,
            "" if system.stated is None else f"{system.stated:.3f}",
            *(number(found[system.name, by]) if (system.name, by) in found else "" for by in (REPORT, GROUP)),
        )
        table.add_row(*map(escape, cells))
    Console().print(table)


def reproduce(
    name: Annotated[str, typer.Argument(help="A system, as `training systems` lists them, or `all`.")],
    data: Annotated[
        list[Path] | None, typer.Option(help="Folder of a corpus; repeatable.", show_default="none")
    ] = None,
    csv: Annotated[
        list[Path] | None, typer.Option(help="Published table of features; repeatable.", show_default="none")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="VGGish's weights, in torchvggish's layout.")] = None,
    yamnet: Annotated[Path | None, typer.Option(help="YAMNet as a TFLite file.")] = None,
    package: Annotated[Path | None, typer.Option(help="Folder of our gate's package.")] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="In place of the recipe's, for a first look; the page says so.")
    ] = None,
    takes: Annotated[int | None, typer.Option(min=1, help="Takes of an epoch, in place of the recipe's.")] = None,
    precision: Annotated[
        Precision | None,
        typer.Option(help="Precision of fits, in place of the recipe's.", show_default="its own"),
    ] = None,
    protocol: Annotated[
        list[ProtocolName] | None,
        typer.Option(help="Protocol for networks; repeatable.", show_default="all that the data has"),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many splits and fits of each table.")] = 10,
    results: Results = RESULTS,
    to: Annotated[Path, typer.Option("--page", help="Page that is written from the table.")] = PAGE,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Measures systems under their report's protocol and by group, and writes the page anew."""
    console = Console(stderr=True)
    given = Given(
        data=tuple(data or ()),
        tables=tuple(csv or ()),
        embedders={"weights": weights, "yamnet": yamnet, "package": package},
        epochs=epochs,
        takes=takes,
        precision=precision,
        protocols=frozenset(protocol or ProtocolName),
        seeds=seeds,
        runs=runs,
        cache=cache,
        jobs=jobs,
        faults=faults,
    )
    with told_plainly(console):
        chosen = systems_named(name)
        known = read_results(results)
    failed, tables = [], TableRun(given, console)
    for system in _in_order(chosen):
        try:
            given.check(system)
            for new in _reproduced(system, given, tables, console):
                known = with_new(known, [new])
                if new not in known:
                    kept = (
                        f"{system.name}, {new.protocol}: {new.accuracy:.3f} with {new.note}; the number in full stays."
                    )
                    console.print(kept, style="yellow", markup=False, soft_wrap=True)
                write_results(results, known)
        except typer.Exit:  # another command, which has said why
            failed.append(system.name)
        except PLAIN as error:
            failed.append(system.name)
            console.print(f"{system.name}: {error}", style="red", markup=False, soft_wrap=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page(read_results(results)), encoding="utf-8")
    Console().print(f"Written: {to}", markup=False, soft_wrap=True)
    if failed:
        console.print(f"Not measured: {', '.join(failed)}.", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1 if len(failed) < len(chosen) else 2)


def _reproduced(system: System, given: Given, tables: TableRun, console: Console) -> Iterable[Result]:
    if system.made_by == "network":
        return reproduce_network(system, given, console)
    if system.made_by == "search":
        return reproduce_comparison(system, given, console)
    if system.made_by == "embedding":
        return reproduce_embedding(system, given)
    return tables.reproduce(system) if system.made_by == "table" else reproduce_cascade(system, given)


def _in_order(chosen: tuple[System, ...]) -> list[System]:
    """The cascade after what it needs."""
    return sorted(chosen, key=lambda system: system.made_by == "cascade")


def parameters(system: System) -> int | None:
    """Parameters of its network, with as many labels as in its report; None for what is no network, or
    has the size of what is given."""
    if system.made_by == "network":
        recipe = read_recipe(system.recipe)
        return _count(recipe.network, recipe.front_end.bins, system.labels or len(recipe.labels))
    network = NETWORKS.get(system.name)
    return _count(network, FEATURES, GENRES) if network else None


def front_end(system: System) -> str:
    if system.made_by in {"network", "search"}:
        return _words(read_recipe(system.recipe).front_end)
    if system.made_by == "embedding":
        recipe = EmbeddingRecipe.read(system.recipe)
        return f"{recipe.embedder.kind} embedder, {recipe.chunk_seconds:g} s"
    return f"{FEATURES} hand-crafted features" if system.made_by == "table" else "of both networks"


def _words(kind: AnyFrontEnd) -> str:
    if kind.kind == "handcrafted":
        return f"{kind.bins} hand-crafted features of {kind.window_seconds:g} s"
    return f"{kind.kind}, {kind.bins} bins, {kind.sample_rate} Hz"


def _count(network: Network, bins: int, outputs: int) -> int:
    with torch.device("meta"):
        return parameters_of(network.build(bins, outputs))
