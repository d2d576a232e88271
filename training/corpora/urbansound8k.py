"""UrbanSound8K: metadata/UrbanSound8K.csv and audio/fold1..fold10. Slices of one recording share their fsID."""

from collections.abc import Iterator
from pathlib import Path

from training.clip import Clip
from training.corpora.corpus import Layout, table_rows

LICENCE = "CC BY-NC 3.0"
_TABLE = Path("metadata/UrbanSound8K.csv")


def _clips(root: Path) -> Iterator[Clip]:
    for row in table_rows(root / _TABLE, ("slice_file_name", "fsID", "fold", "class")):
        path = root / "audio" / f"fold{row['fold']}" / row["slice_file_name"]
        yield Clip(path, row["class"], f"us8k-{row['fsID']}", "urbansound8k", row["fold"], LICENCE)


URBANSOUND8K = Layout("urbansound8k", lambda root: (root / _TABLE).is_file(), _clips)
