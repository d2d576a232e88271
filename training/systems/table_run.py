"""Classifiers on published tables of features, under the protocols of report 002."""

import csv
from collections.abc import Sequence
from pathlib import Path

from service.cpus import usable_cpus
from training.evaluation.measure import LEAKY
from training.systems.given import Given
from training.systems.results import GROUP, REPORT, Result
from training.systems.system import System
from training.tabular.command import tabular
from training.tabular.protocols import PARTS, SONGS

AS_WRITTEN, AS_COUNTED, BY_SONG = (protocol.name for protocol in SONGS)
PARTS_BY_SONG, PARTS_PER_SLICE = (f"parts, {protocol.name}" for protocol in PARTS)
NAMES = {
    AS_WRITTEN: REPORT,
    AS_COUNTED: AS_COUNTED,
    BY_SONG: GROUP,
    **{protocol.name: f"parts, {protocol.name}" for protocol in PARTS},
}
"""From protocols of tables to those of results."""


def reproduce_tables(systems: Sequence[System], given: Given) -> list[Result]:
    out = given.runs / "tabular.csv"
    tabular(list(given.tables), given.seeds, [system.name for system in systems], out)
    return results_of_tables(out, given.seeds)


def results_of_tables(path: Path, seeds: int) -> list[Result]:
    """What `training tabular` has written."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Result(
                system=row["classifier"],
                protocol=NAMES[row["protocol"]],
                split=row["protocol"],
                leaks=row["metric"].startswith(LEAKY),
                accuracy=float(row["mean"]),
                low=float(row["low"] or "nan"),
                high=float(row["high"] or "nan"),
                data=row["table"],
                seconds=float(row["seconds"]),
                device=f"{usable_cpus()} processor cores",
                note=f"{seeds} seeds, spread {row['spread']}",
            )
            for row in csv.DictReader(file)
        ]
