"""All that can be compared, on several tables, under the protocols that each of them has."""

from collections.abc import Iterator, Mapping, Sequence

from training.tabular.comparison import Comparison, Fit, classifier_fits, compare
from training.tabular.feature_table import FeatureTable
from training.tabular.networks import network_fits
from training.tabular.protocols import protocols_of
from training.tabular.reported import REPORTED


def all_fits() -> dict[str, Fit]:
    """The classifiers and the networks, by name, in the report's order."""
    return {**classifier_fits(), **network_fits()}


def comparisons(
    tables: Mapping[str, FeatureTable], fits: Mapping[str, Fit], seeds: Sequence[int]
) -> Iterator[Comparison]:
    """Each as soon as it is there. Raises SplitError."""
    for title, table in tables.items():
        for protocol in protocols_of(table):
            for name, fit in fits.items():
                reported = REPORTED[name].under(protocol, has_parts=table.has_parts)
                yield compare(title, table, protocol, name, fit, seeds, reported)
