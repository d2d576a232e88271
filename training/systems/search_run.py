"""Report 000's comparisons: one network under its protocol, setting by setting."""

from collections.abc import Iterator
from itertools import product

from rich.console import Console

from training.material import prepare
from training.recipe import read_recipe
from training.systems.given import Given
from training.systems.network_run import evaluated, fit_changes, run_name, unlike_recipe
from training.systems.results import Result
from training.systems.system import System

SETTINGS = {
    "network.pooling": (True, False),
    "network.activation": ("relu", "tanh"),
    "network.kernel": (2, 3),
    "network.stride": (2, 3),
    "fit.learning_rate": (0.0005, 0.001),
}


def reproduce_comparison(system: System, given: Given, console: Console) -> Iterator[Result]:
    """One for each combination, named by it. Whatever is done already is not done again."""
    changes = fit_changes(given)
    material = prepare(read_recipe(system.recipe), given.data, given.cache, given.jobs, given.faults, console)
    for values in product(*SETTINGS.values()):
        point = dict(zip(SETTINGS, values, strict=True))
        recipe, name = read_recipe(system.recipe, {**changes, **point}), setting_name(values)
        folder = given.runs / run_name(system.name, unlike=unlike_recipe(system, given)) / name
        yield evaluated(system, name, recipe, material, folder, given, console)


def setting_name(values: tuple[object, ...]) -> str:
    """Fit to be a folder's name, such as `true relu 2 2 0.0005`, in the order of SETTINGS."""
    return " ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
