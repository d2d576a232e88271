"""Classifiers on rows of features, published or heard, under the protocols of report 002."""

from collections.abc import Iterator
from functools import cached_property
from math import nan

from rich.console import Console

from service.cpus import usable_cpus
from training.cache.file_cache import FeatureCache
from training.evaluation.held_out_metrics import LEAKY
from training.prepare import gather
from training.systems.network_run import Given, data_of
from training.systems.registry import System, systems_named
from training.systems.results import GROUP, REPORT, Result
from training.tabular.comparison import Comparison, all_fits, comparisons
from training.tabular.feature_table import FeatureTable, read_published
from training.tabular.handcraft_recipe import TabularRecipe, table_of
from training.tabular.protocols import SONGS

AS_WRITTEN, AS_COUNTED, BY_SONG = (protocol.name for protocol in SONGS)
HEARD_BY = "knn"
"""The system whose recipe says what is heard; the others' say the same."""


class TableRun:
    """Reads and hears what is given once, when the first system asks for it."""

    def __init__(self, given: Given, console: Console) -> None:
        self._given = given
        self._console = console

    def reproduce(self, system: System) -> Iterator[Result]:
        """A result as soon as it is there. Raises TableError, CorpusError, RecipeError, SplitError."""
        fits, seeds = {system.name: all_fits()[system.name]}, range(self._given.seeds)
        for one in comparisons(self._published, fits, seeds):
            yield _result(one, _published_name(self._published[one.table], one.protocol))
        for one in comparisons(self._heard, fits, seeds):
            yield _result(one, f"sound of {self._heard[one.table].row_seconds:g} s, {one.protocol}")

    @cached_property
    def _published(self) -> dict[str, FeatureTable]:
        return {path.stem: read_published(path) for path in self._given.tables}

    @cached_property
    def _heard(self) -> dict[str, FeatureTable]:
        """One table, by what it was heard from; none if no sound is given."""
        given = self._given
        if not given.data:
            return {}
        (system,) = systems_named(HEARD_BY)
        recipe = TabularRecipe.read(system.recipe)
        features = FeatureCache(given.cache, recipe.front_end)
        gathered = gather(recipe, given.data, features, given.jobs or usable_cpus(), given.faults, self._console)
        table = table_of(recipe, gathered.examples, features)
        return {f"{data_of(gathered.examples)}, {len(table.rows)} rows": table}


def _published_name(table: FeatureTable, protocol: str) -> str:
    """Name of a protocol, as results have it."""
    if not table.has_parts:
        return {AS_WRITTEN: REPORT, BY_SONG: GROUP}.get(protocol, protocol)
    length = f" of {table.row_seconds:g} s" if table.row_seconds else ""
    return f"parts{length}, {protocol}"


def _result(one: Comparison, protocol: str) -> Result:
    low, high = one.interval or (nan, nan)
    return Result(
        system=one.classifier,
        protocol=protocol,
        split=one.protocol,
        leaks=one.metric.startswith(LEAKY),
        accuracy=one.mean,
        low=low,
        high=high,
        data=one.table,
        seconds=one.seconds,
        device=f"{usable_cpus()} processor cores",
        note=f"{len(one.accuracies)} seeds, spread {one.spread:.3f}",
    )
