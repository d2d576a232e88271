"""`training tabular`: report 002's classifiers on tables of hand-crafted features, its protocols side by side."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.commands.command_line import told_plainly
from training.progress import progress_bar
from training.tabular.comparison import Comparison, all_fits, comparisons
from training.tabular.feature_table import TableError, read_published
from training.tabular.protocols import protocols_of

COLUMNS = ("table", "protocol", "metric", "classifier", "mean", "spread", "low", "high", "report", "on both sides")


def tabular(
    csv: Annotated[list[Path], typer.Argument(help="Tables as published for GTZAN: a row a song, or a part of it.")],
    seeds: Annotated[int, typer.Option(min=1, help="How many splits and fits of each.")] = 10,
    only: Annotated[
        list[str] | None, typer.Option(help="A classifier or network; repeatable.", show_default="all")
    ] = None,
    out: Annotated[Path, typer.Option(help="File that the results are written into, as CSV.")] = Path(
        "build/runs/tabular.csv"
    ),
) -> None:
    """Compares classifiers on hand-crafted features under report 002's protocols."""
    errors = Console(stderr=True)
    results: list[Comparison] = []
    with told_plainly(errors):
        fits = all_fits()
        chosen = only or list(fits)
        strangers = [name for name in chosen if name not in fits]
        if strangers:
            raise TableError(f"There is no {', '.join(strangers)}. There are: {', '.join(fits)}.")
        tables = {path.stem: read_published(path) for path in csv}
        count = len(chosen) * sum(len(protocols_of(table)) for table in tables.values())
        with progress_bar(errors, "comparing", count) as advance:
            for one in comparisons(tables, {name: fits[name] for name in chosen}, range(seeds)):
                results.append(one)
                advance(one.table)
        write_results(out, results)
    print_results(results, Console())


def write_results(path: Path, results: list[Comparison]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join((*COLUMNS, "seconds")), *(",".join((*_cells(one), f"{one.seconds:.1f}")) for one in results)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def print_results(results: list[Comparison], console: Console) -> None:
    table = Table(*COLUMNS, box=None, header_style="bold")
    for one in results:
        table.add_row(*map(escape, _cells(one)))
    console.print(table)


def _cells(one: Comparison) -> tuple[str, ...]:
    """In the order of COLUMNS."""
    low, high = (f"{bound:.3f}" for bound in one.interval) if one.interval else ("", "")
    numbers = (f"{one.mean:.3f}", f"{one.spread:.3f}", low, high)
    reported = "" if one.reported is None else f"{one.reported:.3f}"
    return one.table, one.protocol, one.metric, one.classifier, *numbers, reported, f"{one.on_both_sides:.3f}"
