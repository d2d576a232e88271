"""Many arrays in one file: appended by one process at a time, mapped into memory by any number."""

import fcntl
import math
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray
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
"""What lies where in a pack: one JSON line per key, in the order in which they were written."""
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)
_META = "meta.json"
_INDEX = "index.jsonl"
_DATA = "rows.bin"
_LOCK = "lock"


class ArrayPack:
    """Arrays (rows, *row_shape) of one dtype, by key, in a folder that is made if it is not there.

    A key's line in the index is written when its rows are on the disk: whatever ends the writing process takes at most
    the array with it that was being written.
    """

    def __init__(self, folder: Path, dtype: DTypeLike, row_shape: tuple[int, ...]) -> None:
        self.folder = folder
        self.dtype = np.dtype(dtype)
        self.row_shape = row_shape
        self._mapped: NDArray[Any] = np.empty((0, *row_shape), self.dtype)
        folder.mkdir(parents=True, exist_ok=True)
        self._check_meta()
        self._entries, _ = self._read_index()

    def __contains__(self, key: str) -> bool:
        """Whether there is an array, or a reason why there is none."""
        return key in self._entries

    def __getitem__(self, key: str) -> NDArray[Any]:
        """A read-only view of the file, (rows, *row_shape). Raises KeyError where there is no array."""
        entry = self._entries[key]
        if isinstance(entry, Broken):
            raise KeyError(key)
        end = entry.first_row + entry.rows
        if end > len(self._mapped):
            shape = (self._rows_there(), *self.row_shape)
            self._mapped = np.asarray(np.memmap(self.folder / _DATA, self.dtype, "r", shape=shape))
        return self._mapped[entry.first_row : end]

    def reason(self, key: str) -> str | None:
        """Why there is no array of this key, if that is known."""
        entry = self._entries.get(key)
        return entry.reason if isinstance(entry, Broken) else None

    @contextmanager
    def appending(self) -> Iterator["Appender"]:
        """The right to write, with everything seen that others wrote. Raises PackError if another process has it."""
        with ExitStack() as stack:
            self._lock(stack.enter_context((self.folder / _LOCK).open("ab+")))
            self._entries, index_end = self._read_index()
            rows = sum(entry.rows for entry in self._entries.values() if isinstance(entry, Stored))
            data = stack.enter_context(_opened_at(self.folder / _DATA, rows * self._row_bytes))
            index = stack.enter_context(_opened_at(self.folder / _INDEX, index_end))
            yield Appender(self, self._entries, data, index, rows)

    @property
    def _row_bytes(self) -> int:
        return self.dtype.itemsize * math.prod(self.row_shape)

    def _read_index(self) -> tuple[dict[str, Entry], int]:
        """The entries, and the byte at which the last of them ends."""
        entries, end = {}, 0
        for entry, line_end in whole_entries(self.folder / _INDEX, self._rows_there()):
            entries[entry.key], end = entry, line_end
        return entries, end

    def _rows_there(self) -> int:
        """Whole rows in the data, also those of an array that is being written, or never was to its end."""
        data = self.folder / _DATA
        return data.stat().st_size // self._row_bytes if data.exists() else 0

    def _check_meta(self) -> None:
        wanted, path = PackMeta(dtype=self.dtype.str, row_shape=self.row_shape), self.folder / _META
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_text(wanted.model_dump_json() + "\n", encoding="utf-8")
            draft.replace(path)
        text = path.read_text(encoding="utf-8")
        try:
            found = PackMeta.model_validate_json(text)
        except ValidationError:
            raise PackError(f"{path} describes no pack of version {wanted.version}: {text.strip()[:200]!r}.") from None
        if found != wanted:
            raise PackError(
                f"{self.folder} holds rows of {found.dtype} {found.row_shape}; "
                f"{wanted.dtype} {wanted.row_shape} is asked for. Take another folder, or delete this one."
            )

    def _lock(self, file: BinaryIO) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise PackError(
                f"{self.folder} is being written by process {file.read().decode() or 'unknown'}. "
                "Wait until it is done, or take another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()


class Appender:
    """Writes to a pack, as `ArrayPack.appending` allows. What was appended can be read at once."""

    def __init__(self, pack: ArrayPack, entries: dict[str, Entry], data: BinaryIO, index: BinaryIO, rows: int) -> None:
        self._pack = pack
        self._entries = entries
        self._data = data
        self._index = index
        self._rows = rows

    def append(self, key: str, array: NDArray[Any]) -> None:
        """An array (rows, *row_shape) of the pack's dtype."""
        assert key not in self._entries
        assert (array.dtype, array.shape[1:]) == (self._pack.dtype, self._pack.row_shape)
        self._data.write(np.ascontiguousarray(array).tobytes())
        self._data.flush()
        os.fdatasync(self._data.fileno())
        self._note(Stored(key=key, first_row=self._rows, rows=len(array)))
        self._rows += len(array)

    def append_broken(self, key: str, reason: str) -> None:
        """That there is no array of this key, and why."""
        assert key not in self._entries
        self._note(Broken(key=key, reason=reason))

    def _note(self, entry: Entry) -> None:
        self._index.write(entry.model_dump_json().encode() + b"\n")
        self._index.flush()
        self._entries[entry.key] = entry


@contextmanager
def _opened_at(path: Path, end: int) -> Iterator[BinaryIO]:
    """The file for writing from byte `end` on; what an interrupted writer left behind it is cut off."""
    path.touch()
    with path.open("r+b") as file:
        file.truncate(end)
        file.seek(end)
        yield file


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
