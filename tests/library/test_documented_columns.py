"""docs/library.md has every column of both tables, in their order."""

import re
from pathlib import Path

from service.library.table_rows import schemas
from tests.library.made_up import MODELS

TEXT = (Path(__file__).parents[2] / "docs" / "library.md").read_text("utf-8")


def documented(heading: str) -> list[str]:
    table = TEXT.split(heading)[1].split("\n\n")[1]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)]


def fixed(names: list[str]) -> list[str]:
    """Without the labels of models, each listener's once."""
    return list(dict.fromkeys(re.sub(r"\..*", ".", name) for name in names))


def test_every_column_is_documented() -> None:
    shown = schemas(MODELS)
    assert fixed(documented("`results.parquet`:")) == fixed(shown.files.names)
    assert fixed(documented("`results.chunks/part=7/chunks.parquet`:")) == fixed([*shown.chunks.names, "part"])
