"""The protocols of report 002, and what is wrong with which: every one says how much of a song is on both sides."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from training.splits import Fold, grouped, split_groups, stratified_hold_out
from training.tabular.feature_table import FeatureTable

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Protocol:
    """`test` is the share of rows that are tested on. By row the labels are even, and nothing is kept together."""

    name: str
    by: Literal["row", "song"]
    test: float

    def split(self, table: FeatureTable, seed: int) -> Fold:
        """Raises SplitError if there are too few rows or songs of a label."""
        if self.by == "row":
            (fold,) = stratified_hold_out(table.truth, table.groups, self.test, seed).folds
            return replace(fold, name=self.name)
        parts = grouped(table.truth, table.groups, TENTHS, seed).folds[: round(TENTHS * self.test)]
        tested = {index for part in parts for index in part.test}
        return Fold(self.name, tuple(sorted(set(range(len(table.truth))) - tested)), tuple(sorted(tested)))


SONGS = (
    Protocol("stratified 70/30", "row", 0.3),
    Protocol("stratified 80/20", "row", 0.2),
    Protocol("by song 80/20", "song", 0.2),
)
"""Of tables with a row for each song. The report says 70/30; its numbers are multiples of 1 in 200 songs."""
PARTS = (Protocol("by song 70/30", "song", 0.3), Protocol("per slice 80/20", "row", 0.2))
"""Of tables with several rows a song."""


def protocols_of(table: FeatureTable) -> tuple[Protocol, ...]:
    return PARTS if table.has_parts else SONGS


def songs_on_both_sides(table: FeatureTable, fold: Fold) -> float:
    """Share of the tested rows whose song, or a copy of it, was learned from."""
    torn = split_groups([fold], table.groups)
    return float(np.mean([table.groups[index] in torn for index in fold.test]))
