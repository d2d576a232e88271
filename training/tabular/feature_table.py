"""Rows of hand-crafted features with their labels, and which rows are of one song."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from training.corpora.corpus import CorpusError


class TableError(CorpusError):
    """The table cannot be learned from. Says which cell, and what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    rows: NDArray[np.float32]
    """(rows, 57), in the order of service.features.handcrafted.NAMES."""
    truth: tuple[str, ...]
    """The label of each row."""
    groups: tuple[str, ...]
    """The song that each row is of. Songs that share an equal row are one recording, and have one name."""
    row_seconds: float | None
    """How much sound most rows describe; None if that is not known."""

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order in which models answer."""
        return tuple(sorted(set(self.truth)))

    @property
    def targets(self) -> NDArray[np.int64]:
        """(rows,), index of each row's label."""
        return np.searchsorted(self.labels, self.truth).astype(np.int64)

    @property
    def has_parts(self) -> bool:
        """Whether a row is a part of its song, in most of the songs."""
        return len(self.truth) > 1.5 * len(set(self.groups))


def feature_table(
    rows: NDArray[np.float32], truth: Sequence[str], groups: Sequence[str], row_seconds: float | None = None
) -> FeatureTable:
    """Raises TableError if there is nothing to tell apart."""
    if len(set(truth)) < 2:
        raise TableError(f"Two labels are needed at least; the table has {', '.join(set(truth)) or 'no row'}.")
    return FeatureTable(rows, tuple(truth), tuple(_joined(groups, rows)), row_seconds)


def _joined(groups: Sequence[str], rows: NDArray[np.float32]) -> list[str]:
    """Each group by the first name of all that are connected by equal rows."""
    names, members = np.unique(groups, return_inverse=True)
    distinct, kinds = np.unique(rows, axis=0, return_inverse=True)
    nodes = len(names) + len(distinct)
    links = coo_array((np.ones(len(groups)), (members, len(names) + kinds.ravel())), shape=(nodes, nodes))
    _, components = connected_components(links, directed=False)
    _, first = np.unique(components[: len(names)], return_index=True)
    name_of = {components[index]: names[index] for index in first.tolist()}
    return [str(name_of[components[member]]) for member in members.tolist()]
