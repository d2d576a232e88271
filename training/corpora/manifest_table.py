"""A table `manifest.csv`: path, label, group, and if known corpus, licence, fold, split."""

from collections.abc import Iterator
from pathlib import Path

from training.clip import Clip
from training.corpora.corpus import Layout, table_rows

FILE = "manifest.csv"


def _clips(root: Path) -> Iterator[Clip]:
    for row in table_rows(root / FILE, ("path", "label", "group")):
        yield Clip(
            path=root / row["path"],
            label=row["label"],
            group=row["group"],
            corpus=row.get("corpus") or root.name,
            fold=row.get("fold") or None,
            licence=row.get("licence") or "unknown",
            is_test=row.get("split") == "test",
        )


MANIFEST = Layout("manifest.csv", lambda root: (root / FILE).is_file(), _clips)
