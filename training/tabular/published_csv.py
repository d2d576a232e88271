"""The feature tables that were published for GTZAN: one row a song (30 s), or one a part of it (3 or 10 s)."""

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.features.handcrafted import NAMES
from training.tabular.feature_table import FeatureTable, TableError, feature_table

SONG = re.compile(r"([a-z]+\.\d{5})(\.\d+)?\.wav")
"""blues.00000.wav, or blues.00000.3.wav for one of its parts."""
LENGTH, RATE = "length", 22_050
"""The column that says how many samples a row describes, and how many a second had."""


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
