"""A linear classifier of embeddings, by file and by group; and report 001's cascade, from the runs of both networks."""

from pathlib import Path
from time import monotonic

from service.cpus import usable_cpus
from training.embedding.cascade_command import write_cascade
from training.embedding.cascade_report import HeldOutNetwork, cascade_report
from training.embedding.embed_command import embed
from training.embedding.embedding_recipe import EmbeddingRecipe
from training.embedding.head_measuring import as_they_are
from training.evaluation.measured_outcome import measured
from training.evaluation.predictions import Predictions
from training.recipe import RecipeError
from training.systems.network_run import Given, network_folder, result_of, run_name, unlike_recipe
from training.systems.registry import System, systems_named
from training.systems.results import GROUP, REPORT, Result

HOLD_OUT = "holdout"
PREDICTIONS = "predictions.npz"
MUSIC = "music"
FIRST, SECOND = ("music_embedding", "music_embedding_yamnet"), "genre_cnn"
"""Network one is the first of these that was run."""


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


def reproduce_cascade(system: System, given: Given) -> list[Result]:
    """Raises RecipeError if one of the networks was not run."""
    started = monotonic()
    (second,) = systems_named(SECOND)
    answers, unlike = _predictions(network_folder(second, GROUP, given), second.name), unlike_recipe(second, given)
    first = next((one for name in FIRST for one in systems_named(name) if _was_run(one, given.runs)), None)
    if first is None:
        raise RecipeError(f"{system.name} needs a run of network one: reproduce {' or '.join(FIRST)} first.")
    results = []
    for protocol, place in ((REPORT, run_folder(first, given.runs) / HOLD_OUT), (GROUP, run_folder(first, given.runs))):
        report = cascade_report(_predictions(place, first.name), MUSIC, HeldOutNetwork(answers))
        write_cascade(given.runs / run_name("cascade", protocol, unlike=unlike), report, None)
        if report.accuracy is None:
            raise RecipeError(f"{SECOND} can tell of none of the files that {first.name} called {MUSIC}.")
        low, high = report.interval or (float("nan"), float("nan"))
        results.append(
            Result(
                system=system.name,
                protocol=protocol,
                split=f"{report.split}, then {answers.split}",
                leaks=report.leaks or answers.leaks,
                accuracy=report.accuracy,
                low=low,
                high=high,
                data=f"{len(report.called)} of {report.files} files that {first.name} called {MUSIC}",
                seconds=monotonic() - started,
                device=f"{usable_cpus()} processor cores",
                note=f"{second.name}: {unlike}" if unlike else "",
            )
        )
    return results


def _was_run(system: System, runs: Path) -> bool:
    return (run_folder(system, runs) / PREDICTIONS).is_file()


def _predictions(folder: Path, name: str) -> Predictions:
    path = folder / PREDICTIONS
    if not path.is_file():
        raise RecipeError(f"The cascade needs a run of {name}: reproduce {name} first; {path} is not there.")
    return Predictions.load(path)
