"""How far the features of sound are from those of a published table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.features.handcrafted import NAMES, Handcrafted
from training.cache.file_cache import blocks_at
from training.tabular.feature_table import RATE, PublishedRow, TableError, read_rows

FRONT_END = Handcrafted(window_seconds=30.0, sample_rate=RATE)
SAME_LENGTH = 0.01
"""By what share of its length a song may be longer or shorter than the table says, and still be the whole song."""

Differences = NDArray[np.float64]
"""(57,), of each feature, as a share of what the table says; infinite where that is 0 and the sound's is not."""


@dataclass(frozen=True, slots=True)
class Agreement:
    songs: int
    """That were compared."""
    other_length: int
    """Songs that are in the table, but not as long as it says."""
    differences: Mapping[str, float]
    """By feature, the median over songs."""

    @property
    def median(self) -> float:
        """Over features."""
        return float(np.median(list(self.differences.values())))


def songs_of(path: Path) -> dict[str, PublishedRow]:
    """Rows by song. Raises TableError if rows are of parts, or do not say how long their song is."""
    rows = read_rows(path)
    if any(row.is_part for row in rows):
        raise TableError(f"{path.name} has rows of parts; a table with a row for each song is needed.")
    if any(row.seconds is None for row in rows):
        raise TableError(f"{path.name} has no column length, which says how much sound each row describes.")
    return {row.song: row for row in rows}


def song_differences(song: tuple[Path, PublishedRow]) -> Differences | None:
    """None if the sound is not as long as the row says. Raises EarmarkError."""
    path, row = song
    samples = np.concatenate([block.copy() for block in blocks_at(path, RATE)])
    if not row.seconds or abs(len(samples) / RATE / row.seconds - 1) > SAME_LENGTH:
        return None
    stated = row.features.astype(np.float64)
    off = np.abs(FRONT_END.describe(samples) - stated)
    return np.divide(off, np.abs(stated), out=np.where(off == 0, 0.0, np.inf), where=stated != 0)


def agreement(songs: Sequence[Differences | None]) -> Agreement:
    """Raises TableError if there is nothing to compare."""
    compared = [one for one in songs if one is not None]
    if not compared:
        raise TableError(f"Nothing to compare: of {len(songs)} songs that are in the table none is as long as it says.")
    medians = np.median(compared, axis=0).tolist()
    return Agreement(len(compared), len(songs) - len(compared), dict(zip(NAMES, medians, strict=True)))
