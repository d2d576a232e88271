"""What lies where in a pack: one JSON line per key, in the order in which they were written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class PackError(Exception):
    """The folder is no pack of this kind, or another process writes to it. Says what to do."""


class PackMeta(BaseModel):
    """`dtype` as numpy writes it, with the order of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    dtype: str
    row_shape: tuple[int, ...]


class Stored(BaseModel):
    """The array is `rows` rows from row `first_row` of the data on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    first_row: int = Field(ge=0)
    rows: int = Field(ge=0)


class Broken(BaseModel):
    """There is no array of this key, and there will be none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    reason: str


Entry = Stored | Broken
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def whole_entries(path: Path, rows_there: int) -> Iterator[tuple[Entry, int]]:
    """Each entry with the byte at which its line ends, up to the first that was not written to its end.

    Raises PackError if a line is none of ours.
    """
    end = 0
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True) if path.exists() else [], 1):
        if not line.endswith(b"\n"):
            return
        try:
            entry = _ENTRY.validate_json(line)
        except ValidationError:
            raise PackError(
                f"{path}, line {number} is damaged. Delete {path.parent}: what it held will be made again."
            ) from None
        if isinstance(entry, Stored) and entry.first_row + entry.rows > rows_there:
            return
        end += len(line)
        yield entry, end
