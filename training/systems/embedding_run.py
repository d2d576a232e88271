"""A linear classifier of embeddings, once by file as in report 001, and by group."""

from pathlib import Path
from time import monotonic

from service.cpus import usable_cpus
from training.embedding.command import embed
from training.embedding.measuring import as_they_are
from training.embedding.recipe import EmbeddingRecipe
from training.evaluation.outcome import measured
from training.evaluation.predictions import Predictions
from training.systems.given import Given
from training.systems.network_run import result_of
from training.systems.results import GROUP, REPORT, Result
from training.systems.system import System

HOLD_OUT = "holdout"
PREDICTIONS = "predictions.npz"


def reproduce_embedding(system: System, given: Given) -> list[Result]:
    assert system.embedder
    file, started = given.embedders[system.embedder], monotonic()
    assert file
    embed(system.recipe, list(given.data), file, None, given.runs, given.cache, given.jobs, given.faults)
    return results_of_run(system, run_folder(system, given.runs), monotonic() - started)


def run_folder(system: System, runs: Path) -> Path:
    recipe = EmbeddingRecipe.read(system.recipe)
    return runs / f"{recipe.name}-{recipe.version}"


def results_of_run(system: System, folder: Path, seconds: float) -> list[Result]:
    """What a run of `training embed` has measured."""
    once, crossed = (Predictions.load(place / PREDICTIONS) for place in (folder / HOLD_OUT, folder))
    outcomes = {REPORT: as_they_are(once), GROUP: measured(crossed, None, None)}
    return [
        result_of(
            system,
            protocol,
            outcome.metrics,
            data=_data(crossed),
            seconds=seconds,
            device=f"{usable_cpus()} processor cores",
        )
        for protocol, outcome in outcomes.items()
    ]


def _data(every: Predictions) -> str:
    parts = []
    for corpus in sorted(set(every.corpora)):
        groups = [group for group, its in zip(every.groups, every.corpora, strict=True) if its == corpus]
        parts.append(f"{corpus}: {len(groups)} files in {len(set(groups))} groups")
    return "; ".join(parts)
