"""The feature tables that were published for GTZAN: one row a song (30 s), or one a part of it (3 or 10 s)."""

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from service.features.handcrafted import NAMES
from training.tabular.feature_table import FeatureTable, TableError, feature_table

SONG = re.compile(r"([a-z]+\.\d{5})(\.\d+)?\.wav")
"""blues.00000.wav, or blues.00000.3.wav for one of its parts."""
LENGTH, RATE = "length", 22_050
"""The column that says how many samples a row describes, and how many a second had."""


def read_published(path: Path) -> FeatureTable:
    """Rows are without the column `length`: it tells some genres by how their files were cut. Raises TableError."""
    rows, truth, groups, lengths = [], [], [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in ("filename", "label", *NAMES) if name not in (reader.fieldnames or ())]
            if lacking:
                raise TableError(f"{path.name} has no column {', '.join(lacking)}.")
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                rows.append([_number(row, name, where) for name in NAMES])
                groups.append(_song(row["filename"], where))
                truth.append(_label(row, where))
                if LENGTH in row:
                    lengths.append(_number(row, LENGTH, where))
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name} is not in UTF-8: byte {error.start} cannot be read.") from None
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from None
    seconds = round(float(np.median(lengths)) / RATE, 1) if lengths else None
    return feature_table(np.array(rows, dtype=np.float32).reshape(-1, len(NAMES)), truth, groups, seconds)


def _number(row: Mapping[str, str | None], name: str, where: str) -> float:
    cell = row[name]
    try:
        number = float(cell or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TableError(f"{where}: {name} is {cell!r}; a finite number is needed.")
    return number


def _song(filename: str | None, where: str) -> str:
    found = SONG.fullmatch(filename or "")
    if found is None:
        raise TableError(f"{where}: filename is {filename!r}; it should be like blues.00000.wav or blues.00000.3.wav.")
    return found[1]


def _label(row: Mapping[str, str | None], where: str) -> str:
    label = row["label"]
    if not label:
        raise TableError(f"{where}: label is empty.")
    return label
