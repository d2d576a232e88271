"""Report 001's second network on what the first one called music, from the runs of both by group."""

from pathlib import Path
from time import monotonic

from service.cpus import usable_cpus
from training.embedding.cascade_files import write_cascade
from training.embedding.cascade_report import cascade_report
from training.embedding.second_network import HeldOutNetwork
from training.evaluation.predictions import Predictions
from training.recipe import RecipeError
from training.systems.embedding_run import HOLD_OUT, PREDICTIONS, run_folder
from training.systems.given import Given
from training.systems.network_run import network_folder, run_name, unlike_recipe
from training.systems.registry import systems_named
from training.systems.results import GROUP, REPORT, Result
from training.systems.system import System

MUSIC = "music"
FIRST, SECOND = ("music_embedding", "music_embedding_yamnet"), "genre_cnn"
"""Network one is the first of these that was run."""


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
