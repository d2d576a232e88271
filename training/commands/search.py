"""`training search`: one recipe, many settings, one table of what they lead to."""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.inference.manifest import Metric
from training.commands.command_line import CACHE, RUNS, Cache, Data, Faults, Jobs, RecipeFile, Runs, told_plainly
from training.evaluation.measured_outcome import MeasuredOutcome
from training.prepare import Material, prepare
from training.progress import fit_progress
from training.recipe import Recipe, RecipeError, Source, read_recipe
from training.recipe_run import RecipeRun

Grid = Annotated[
    list[str],
    typer.Option(
        "--grid", help="KEY=VALUE,VALUE,... with a key of the recipe, such as fit.learning_rate; several with commas."
    ),
]
_NEXT_KEY = re.compile(r",(?=[A-Za-z_][\w.]*=)")
MOST_SHOWN = 5
"""Metrics in the printed table."""
Point = Mapping[str, Any]


def search(
    recipe: RecipeFile,
    grid: Grid,
    data: Data,
    runs: Runs = RUNS,
    cache: Cache = CACHE,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Measures a recipe with every combination of settings. An interrupted search goes on where it was."""
    console = Console(stderr=True)
    results: list[tuple[Point, MeasuredOutcome]] = []
    materials: dict[tuple[int, str, tuple[Source, ...]], Material] = {}
    with told_plainly(console):
        base = read_recipe(recipe)
        points = [(point, read_recipe(recipe, dict(point))) for point in grid_points(base, grid)]
        for point, read in points:
            heard = read.sample_rate, read.front_end.model_dump_json(), read.sources
            if heard not in materials:
                materials[heard] = prepare(read, data, cache, jobs, faults, console)
            material = materials[heard]
            folder = runs / f"{read.name}-search" / point_name(point)
            with fit_progress(console) as progress:
                results.append((point, RecipeRun(read, material, folder, progress.on_epoch).evaluate()))
            _write_table(runs / f"{read.name}-search" / "results.csv", results)
    _print_table(results, Console())


def grid_points(recipe: Recipe, grid: Sequence[str]) -> list[Point]:
    """Every combination of the values, by the full dotted key. Raises RecipeError."""
    axes = dict(_axis(recipe, text) for option in grid for text in _NEXT_KEY.split(option))
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def point_name(point: Point) -> str:
    """Fit to be a folder's name."""
    return ",".join(f"{key}={value}" for key, value in point.items()).replace("/", "_").replace(" ", "")


def _axis(recipe: Recipe, text: str) -> tuple[str, list[Any]]:
    key, _, values = text.partition("=")
    try:
        parsed = tomllib.loads(f"values = [{values}]")["values"]
    except tomllib.TOMLDecodeError:
        raise RecipeError(f"--grid {text}: values are written as in a recipe, with commas between them.") from None
    if not parsed:
        raise RecipeError(f"--grid {text}: there is no value; write {key}=VALUE,VALUE.")
    return _full_key(recipe, key), parsed


def _full_key(recipe: Recipe, key: str) -> str:
    keys = list(_keys(recipe.model_dump(mode="json")))
    found = [one for one in keys if one == key] or [one for one in keys if one.endswith(f".{key}")]
    if len(found) != 1:
        raise RecipeError(f"{key!r} could be {', '.join(found)}." if found else f"The recipe has no key {key!r}.")
    return found[0]


def _keys(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield f"{before}{name}"
        if isinstance(value, dict):
            yield from _keys(value, f"{before}{name}.")


def _headline(outcome: MeasuredOutcome) -> list[Metric]:
    """What the table shows: the numbers per file."""
    return [metric for metric in outcome.metrics if not metric.name.endswith(" per chunk")]


def _metric_names(results: Sequence[tuple[Point, MeasuredOutcome]]) -> list[str]:
    """Metrics of all points, each once; a metric that cannot be computed is missing in some."""
    return list(dict.fromkeys(metric.name for _, outcome in results for metric in _headline(outcome)))


def _numbers(outcome: MeasuredOutcome, names: Sequence[str], digits: int) -> list[str]:
    values = {metric.name: f"{metric.value:.{digits}f}" for metric in _headline(outcome)}
    return [values.get(name, "") for name in names]


def _write_table(path: Path, results: Sequence[tuple[Point, MeasuredOutcome]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        names = _metric_names(results)
        writer.writerow([*results[0][0], *names, "split"])
        for point, outcome in results:
            writer.writerow([*point.values(), *_numbers(outcome, names, digits=5), outcome.report.split])


def _print_table(results: Sequence[tuple[Point, MeasuredOutcome]], console: Console) -> None:
    """The best first, by the first number of the table; results.csv has all of them."""
    keys, names = list(results[0][0]), _metric_names(results)[:MOST_SHOWN]
    table = Table(*(escape(key) for key in keys), *(escape(name) for name in names), box=None, header_style="bold")
    for point, outcome in sorted(results, key=lambda one: -_headline(one[1])[0].value):
        table.add_row(*(escape(str(value)) for value in point.values()), *_numbers(outcome, names, digits=3))
    console.print(table)
