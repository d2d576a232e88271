"""A feature table as the published ones are, of songs that can be told apart by some of their numbers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from service.features.handcrafted import NAMES

LABELS = ("blues", "disco", "metal")


def write_table(
    path: Path, songs: int = 12, parts: int = 1, changes: Mapping[str, str] | None = None, seconds: int = 30
) -> Path:
    """`songs` of each label, each in so many parts of `seconds`; `changes` are put into the last row. Parts of a song
    are nearly equal, songs of a label are not: if you know the song, you know its parts."""
    random = np.random.default_rng(3)
    lines = [",".join(("filename", "length", *NAMES, "label"))]
    for number, label in enumerate(LABELS):
        for song in range(songs):
            middle = number + 1.5 * random.standard_normal(len(NAMES))
            for part in range(parts):
                row = dict(zip(NAMES, map(str, middle + 0.01 * random.standard_normal(len(NAMES))), strict=True))
                name = f"{label}.{song:05}.{part}.wav" if parts > 1 else f"{label}.{song:05}.wav"
                row |= {"filename": name, "length": str(22_050 * seconds + number), "label": label}
                is_last = (number, song, part) == (len(LABELS) - 1, songs - 1, parts - 1)
                row |= (changes or {}) if is_last else {}
                lines.append(",".join([row["filename"], row["length"], *(row[one] for one in NAMES), row["label"]]))
    path.write_text("\n".join(lines) + "\n")
    return path
