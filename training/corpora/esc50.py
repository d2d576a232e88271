"""ESC-50: meta/esc50.csv and audio/. Clips cut from one recording share their src_file."""

from collections.abc import Iterator
from pathlib import Path

from training.clip import Clip
from training.corpora.corpus import Layout, table_rows

LICENCE = "CC BY-NC 3.0"
_TABLE = Path("meta/esc50.csv")


def _clips(root: Path) -> Iterator[Clip]:
    for row in table_rows(root / _TABLE, ("filename", "fold", "category", "src_file")):
        path = root / "audio" / row["filename"]
        yield Clip(path, row["category"], f"esc-{row['src_file']}", "esc50", row["fold"], LICENCE)


ESC50 = Layout("esc50", lambda root: (root / _TABLE).is_file(), _clips)
