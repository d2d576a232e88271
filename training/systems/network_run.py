"""A network under its report's protocol, by group, and on the official folds; and report 000's, setting by setting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from rich.console import Console

from service.inference.manifest import Metric
from training.corpora.corpus import FaultPolicy
from training.corpora.layouts import read_corpus
from training.evaluation.held_out_metrics import LEAKY
from training.examples import Example
from training.fit.fit_plan import Precision
from training.prepare import Material, prepare
from training.progress import fit_progress
from training.recipe import Recipe, RecipeError, read_recipe
from training.recipe_run import RecipeRun
from training.systems.registry import System
from training.systems.results import GROUP, OFFICIAL, REPORT, Result

FOLDS = 5
BY_GROUP = {"evaluation.split": "grouped", "evaluation.hold_out": None, "evaluation.folds": FOLDS}
BY_OFFICIAL_FOLDS = {"evaluation.split": "official", "evaluation.hold_out": None}
TUT = "tut"
"""The corpus of report 003, as its layout calls it."""
SETTINGS = {
    "network.pooling": (True, False),
    "network.activation": ("relu", "tanh"),
    "network.kernel": (2, 3),
    "network.stride": (2, 3),
    "fit.learning_rate": (0.0005, 0.001),
}


@dataclass(frozen=True, slots=True)
class Given:
    data: tuple[Path, ...]
    tables: tuple[Path, ...]
    """Published tables of hand-crafted features."""
    embedders: dict[str, Path | None]
    """By the option that names them."""
    epochs: int | None
    """In place of what recipes say, for a first look."""
    takes: int | None
    """Takes of an epoch; in place of what recipes say, as well."""
    precision: Precision | None
    """Precision of fits; in place of what recipes say, as well."""
    protocols: frozenset[str]
    """Protocols for networks."""
    seeds: int
    """Number of seeds for tables."""
    runs: Path
    cache: Path
    jobs: int | None
    faults: FaultPolicy

    def check(self, system: System) -> None:
        """Raises RecipeError if something is missing that the system needs."""
        missing = []
        if system.made_by in {"network", "search", "embedding"} and not self.data:
            missing.append("--data")
        if system.made_by == "table" and not (self.tables or self.data):
            missing.append("--data or --csv")
        if system.embedder and self.embedders[system.embedder] is None:
            missing.append(f"--{system.embedder}")
        if missing:
            raise RecipeError(f"{system.name} needs {' and '.join(missing)}: {system.command}")


def reproduce_network(system: System, given: Given, console: Console) -> Iterator[Result]:
    """A result as soon as it is there. Whatever is done already is not done again."""
    shared = _changes(system, given)
    protocols = {REPORT: {}, GROUP: BY_GROUP} | ({OFFICIAL: BY_OFFICIAL_FOLDS} if "labels" in shared else {})
    material = prepare(read_recipe(system.recipe, shared), given.data, given.cache, given.jobs, given.faults, console)
    for protocol in [name for name in protocols if name in given.protocols]:
        recipe = read_recipe(system.recipe, {**shared, **protocols[protocol]})
        yield evaluated(system, protocol, recipe, material, network_folder(system, protocol, given), given, console)


def reproduce_comparison(system: System, given: Given, console: Console) -> Iterator[Result]:
    """One for each combination, named by it. Whatever is done already is not done again."""
    changes = fit_changes(given)
    material = prepare(read_recipe(system.recipe), given.data, given.cache, given.jobs, given.faults, console)
    for values in product(*SETTINGS.values()):
        point = dict(zip(SETTINGS, values, strict=True))
        recipe, name = read_recipe(system.recipe, {**changes, **point}), setting_name(values)
        folder = given.runs / run_name(system.name, unlike=unlike_recipe(system, given)) / name
        yield evaluated(system, name, recipe, material, folder, given, console)


def evaluated(
    system: System, protocol: str, recipe: Recipe, material: Material, folder: Path, given: Given, console: Console
) -> Result:
    """What a run of the recipe in `folder` measures."""
    with fit_progress(console) as progress:
        run = RecipeRun(recipe, material, folder, progress.on_epoch)
        metrics = run.evaluate().metrics
    return result_of(
        system,
        protocol,
        metrics,
        data=data_of(run.examples),
        seconds=run.seconds(),
        device=run.folder.device,
        note=unlike_recipe(system, given),
    )


def network_folder(system: System, protocol: str, given: Given) -> Path:
    """Folder of a network's run. One that is not as its recipe says so in its name, and takes no other's place."""
    recipe = read_recipe(system.recipe)
    return given.runs / run_name(recipe.name, recipe.version, protocol, unlike=unlike_recipe(system, given))


def run_name(*parts: str, unlike: str) -> str:
    return "-".join([*parts, *unlike.replace(",", "").split()])


def unlike_recipe(system: System, given: Given) -> str:
    """In what the fit is not as the recipe has it; empty if in nothing."""
    plan, parts = read_recipe(system.recipe).fit, []
    if given.epochs not in (None, plan.epochs):
        parts.append(f"{given.epochs} of {plan.epochs} epochs")
    if given.takes not in (None, plan.takes_per_epoch):
        parts.append(f"{given.takes} of {plan.takes_per_epoch} takes an epoch")
    if given.precision not in (None, plan.precision):
        parts.append(given.precision)
    return ", ".join(parts)


def result_of(
    system: System, protocol: str, metrics: Sequence[Metric], *, data: str, seconds: float, device: str, note: str = ""
) -> Result:
    found = {metric.name.removeprefix(LEAKY): metric for metric in metrics}[system.metric]
    low, high = found.interval or (float("nan"), float("nan"))
    return Result(
        system=system.name,
        protocol=protocol,
        split=found.split,
        leaks=found.name.startswith(LEAKY),
        accuracy=found.value,
        low=low,
        high=high,
        data=data,
        seconds=seconds,
        device=device,
        note=note,
    )


def data_of(examples: Sequence[Example]) -> str:
    """How many files, of how many groups, from where."""
    parts = []
    for corpus in sorted({example.clip.corpus for example in examples}):
        clips = [example.clip for example in examples if example.clip.corpus == corpus]
        parts.append(f"{corpus}: {len(clips)} files in {len({clip.group for clip in clips})} groups")
    return "; ".join(parts)


def fit_changes(given: Given) -> dict[str, Any]:
    """To a recipe's fit."""
    fit = {"fit.epochs": given.epochs, "fit.takes_per_epoch": given.takes, "fit.precision": given.precision}
    return {name: value for name, value in fit.items() if value is not None}


def _changes(system: System, given: Given) -> dict[str, Any]:
    """To the recipe, for all protocols: to its fit, and the report's own corpus, heard in full, where it is given."""
    scenes = _tut_scenes(given.data) if system.report == "003" else []
    if not scenes:
        return fit_changes(given)
    return {"labels": scenes, "sources": [{"corpus": TUT}], **_whole_band(system), **fit_changes(given)}


def _whole_band(system: System) -> dict[str, Any]:
    """The report's sound was not cut off at 8 kHz, as the front-ends of the recipes are."""
    front_end = read_recipe(system.recipe).front_end
    if front_end.kind == "stft":
        return {"front_end.bins": front_end.n_fft // 2}
    return {"front_end.fmax": front_end.sample_rate / 2}


def _tut_scenes(folders: Sequence[Path]) -> list[str]:
    clips = [clip for folder in folders for clip in read_corpus(folder).clips if clip.corpus == TUT]
    if clips and not any(clip.fold for clip in clips):
        raise RecipeError("The TUT folder has no evaluation_setup; the development set is needed, which has one.")
    return sorted({clip.label for clip in clips})


def setting_name(values: tuple[object, ...]) -> str:
    """Fit to be a folder's name, such as `true relu 2 2 0.0005`, in the order of SETTINGS."""
    return " ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
