"""The house has its arrows, and they point down. grimp reads the imports; nothing is executed."""

from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

LAYERS = (
    ("service.cli",),
    ("service.scale",),
    ("service.http", "service.library"),
    ("service.workers",),
    ("service.engine",),
    ("service.analysis",),
    ("service.listener",),
    ("service.inference", "service.timeline", "service.formats", "service.settings"),
    ("service.outcomes", "service.grid", "service.options"),
    ("service.features",),
    ("service.audio", "service.extras"),
    ("service.types", "service.errors", "service.cpus", "service.stopwatch", "service.fitting"),
)
"""From the top down: a module imports from lower layers only, and from its own package."""

ALLOWED = {("service.features.handcrafted", "librosa")}
"""An optional extra, imported only when a model that needs it is loaded."""
NEVER_IN_SERVICE = {
    *("torch", "librosa", "sklearn", "onnx", "matplotlib", "pandas"),
    *("earmark", "training", "tests", "benchmarks"),
}


ROOT = Path(__file__).parents[2]
FEWEST_LINES = 60
OWN_FILES = {
    "service.scale.request_router": "Ray's proxies import it, so it must import nothing else of ours",
    "training.embedding.vggish_graph": "imported when first needed: workers that embed need no PyTorch",
}
"""Modules of less than FEWEST_LINES that only one neighbour imports, each with the reason why it is no part of it."""


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("service", "training", include_external_packages=True, cache_dir=None)


def layer_of(module: str) -> int | None:
    for depth, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return depth
    return None


def imports(package: str = "service") -> list[tuple[str, str]]:
    return [
        (importer, imported)
        for importer in graph().modules
        if importer.startswith(f"{package}.")
        for imported in graph().find_modules_directly_imported_by(importer)
    ]


def test_every_module_has_its_place() -> None:
    homeless = [name for name in graph().modules if name.startswith("service.") and layer_of(name) is None]
    assert not homeless


def test_arrows_point_down() -> None:
    wrong = []
    for importer, imported in imports():
        above, below = layer_of(importer), layer_of(imported)
        same_package = importer.split(".")[:2] == imported.split(".")[:2]
        if above is not None and below is not None and below <= above and not same_package:
            wrong.append(f"{importer} -> {imported}")
    assert not wrong


@pytest.mark.parametrize("package", ["service", "training"])
def test_there_is_no_import_cycle(package: str) -> None:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for importer, imported in imports(package):
        sorter.add(importer, imported)
    sorter.prepare()  # raises CycleError, which names the cycle


@pytest.mark.parametrize("package", sorted(NEVER_IN_SERVICE))
def test_serving_needs_no_training_library(package: str) -> None:
    users = [importer for importer, imported in imports() if imported.split(".")[0] == package]
    users = [importer for importer in users if (importer, package) not in ALLOWED]
    assert not users


def test_ray_is_imported_in_one_place() -> None:
    pairs = [*imports("service"), *imports("training")]
    users = {importer for importer, imported in pairs if imported.split(".")[0] == "ray"}
    assert users
    assert not [one for one in users if not one.startswith("service.scale.")]


@pytest.mark.parametrize("package", ["pyarrow", "fsspec"])
def test_the_extra_of_libraries_is_imported_by_libraries_alone(package: str) -> None:
    users = {importer for importer, imported in imports() if imported.split(".")[0] == package}
    assert users
    assert not [one for one in users if not one.startswith(("service.library.", "service.scale."))]


def test_what_only_a_neighbour_imports_lives_in_its_neighbour() -> None:
    found = set()
    for module in graph().modules:
        path = ROOT / f"{module.replace('.', '/')}.py"
        importers = graph().find_modules_that_directly_import(module)
        if not path.is_file() or len(importers) != 1 or len(path.read_text("utf-8").splitlines()) >= FEWEST_LINES:
            continue
        if next(iter(importers)).rpartition(".")[0] == module.rpartition(".")[0]:
            found.add(module)
    assert found == set(OWN_FILES), "fold it into the module that imports it, or give a reason in OWN_FILES"


def test_the_rules_see_something() -> None:
    """The graph is not empty, and a rule would notice: the engine does import the cascade."""
    assert ("service.engine", "service.inference.cascade") in imports()
    assert len(imports()) > 100
