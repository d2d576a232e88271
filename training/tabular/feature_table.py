"""Rows of hand-crafted features with their labels, and which rows are of one song; as published for GTZAN."""

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from service.features.handcrafted import NAMES
from training.corpora.corpus import CorpusError

SONG = re.compile(r"([a-z]+\.\d{5})(\.\d+)?\.wav")
"""blues.00000.wav, or blues.00000.3.wav for one of its parts."""
LENGTH, RATE = "length", 22_050
"""The column that says how many samples a row describes, and how many a second had."""


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


@dataclass(frozen=True, slots=True, eq=False)
class PublishedRow:
    song: str
    is_part: bool
    label: str
    seconds: float | None
    """That it describes; None if the table does not say."""
    features: NDArray[np.float32]
    """(57,), in the order of NAMES."""


def read_published(path: Path) -> FeatureTable:
    """Rows are without the column `length`: it tells some genres by how their files were cut. Raises TableError."""
    rows = read_rows(path)
    seconds = [row.seconds for row in rows if row.seconds is not None]
    return feature_table(
        np.array([row.features for row in rows], dtype=np.float32).reshape(-1, len(NAMES)),
        [row.label for row in rows],
        [row.song for row in rows],
        round(float(np.median(seconds)), 1) if seconds else None,
    )


def read_rows(path: Path) -> list[PublishedRow]:
    """In the order of the table. Raises TableError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in ("filename", "label", *NAMES) if name not in (reader.fieldnames or ())]
            if lacking:
                raise TableError(f"{path.name} has no column {', '.join(lacking)}.")
            return [_row(row, f"{path.name}, line {reader.line_num}") for row in reader]
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name} is not in UTF-8: byte {error.start} cannot be read.") from None
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from None


def _row(row: Mapping[str, str | None], where: str) -> PublishedRow:
    features = np.array([_number(row, name, where) for name in NAMES], dtype=np.float32)
    name = row["filename"]
    found = SONG.fullmatch(name or "")
    if found is None:
        raise TableError(f"{where}: filename is {name!r}; it should be like blues.00000.wav or blues.00000.3.wav.")
    label = row["label"]
    if not label:
        raise TableError(f"{where}: label is empty.")
    seconds = _number(row, LENGTH, where) / RATE if LENGTH in row else None
    return PublishedRow(found[1], found[2] is not None, label, seconds, features)


def _number(row: Mapping[str, str | None], name: str, where: str) -> float:
    cell = row[name]
    try:
        number = float(cell or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TableError(f"{where}: {name} is {cell!r}; a finite number is needed.")
    return number
