"""`training make` and `training evaluate` with an ear's recipe: the gate and each head by folds, then the packages."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.inference.manifest import Metric
from service.inference.package import Package
from training.corpora.corpus import FaultPolicy
from training.ear.ear_recipe import read_ear_recipe
from training.ear.gate import MadeGate
from training.ear.packaging import Packager
from training.ear.run import EarRun, MadeHead, prepare
from training.evaluation.held_out_metrics import PER_CHUNK
from training.fit.checkpoint import alone_in


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of both commands."""

    recipe_file: Path
    data: tuple[Path, ...]
    weights: Path | None
    runs: Path
    cache: Path
    jobs: int | None
    faults: FaultPolicy


def make_ear(asked: Asked, models: Path, console: Console) -> list[Package]:
    """The ear's package, then its heads'. Raises what `told_plainly` tells."""
    run = _run(asked, console)
    with alone_in(run.folder.path):
        gate, made = _measured(run, console)
        tags = run.make_tags()
        models.mkdir(parents=True, exist_ok=True)
        packager = Packager(run, models)
        packages = [packager.ear(), packager.gate(gate)]
        packages += [packager.head(name, head) for name, head in made.items() if run.recipe.heads[name].ships]
        if tags is not None:
            packages.append(packager.tags(tags))
    return packages


def evaluate_ear(asked: Asked, console: Console) -> None:
    """The numbers alone. Raises what `told_plainly` tells."""
    run = _run(asked, console)
    with alone_in(run.folder.path):
        _measured(run, console)


def _run(asked: Asked, console: Console) -> EarRun:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    recipe = read_ear_recipe(asked.recipe_file)
    prepared = prepare(recipe, asked.data, asked.cache, asked.jobs, asked.faults, console)
    return EarRun(recipe, asked.recipe_file, prepared, asked.weights, asked.runs, asked.cache, console)


def _measured(run: EarRun, console: Console) -> tuple[MadeGate, dict[str, MadeHead]]:
    """The gate, on recordings and on strung programmes, and each head."""
    gate = run.make_gate()
    _print("gate", (*gate.outcome.metrics, *gate.programmes), console)
    console.print(f"On these programmes {gate.best_cost:g} nats a change serve best.", highlight=False)
    made = {}
    for name in run.recipe.heads:
        head = made[name] = run.make_head(name)
        _print(name, (*head.judged.outcome.metrics, *head.judged.known), console)
    return gate, made


def _print(name: str, metrics: Sequence[Metric], console: Console) -> None:
    table = Table(name, "split", "value", "95 %", box=None, header_style="bold")
    for metric in metrics:
        if not metric.name.endswith(PER_CHUNK) or metric.name.startswith("ece"):
            interval = f"{metric.interval[0]:.3f} to {metric.interval[1]:.3f}" if metric.interval else ""
            table.add_row(escape(metric.name), escape(metric.split), f"{metric.value:.3f}", interval)
    console.print(table)
