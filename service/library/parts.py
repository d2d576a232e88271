"""What was done, gathered until it makes a part, and then put where nothing can harm it."""

import time
from functools import partial

import pyarrow as pa

from service.library.outcome import Outcome
from service.library.place import Place, write_durably
from service.library.rows import Row, Rows
from service.library.table_file import write_batches

FILES_PER_PART = 1_000
CHUNKS_PER_PART = 100_000
"""Some 20 MB of columns: a day of sound at the usual hop."""


_LOOSE_FILES = 64
_LOOSE_CHUNKS = 2_000
"""More are put into columns, which take a twentieth of what they take as objects."""


class Parts:
    """A part ends when it is large, or `save_seconds` after it was begun."""

    def __init__(self, place: Place, rows: Rows, first_part: int, save_seconds: float) -> None:
        self._place = place
        self._rows = rows
        self._save_seconds = save_seconds
        self._next = first_part
        self._loose_files: list[Row] = []
        self._loose_chunks: list[Row] = []
        self._names: list[str] = []
        """Of the file of each loose chunk."""
        self._begin()

    def add(self, outcome: Outcome) -> None:
        row, chunks = self._rows.of(outcome, self._next)
        self._loose_files.append(row)
        self._loose_chunks += chunks
        self._names += [outcome.item.name] * len(chunks)
        self._count += 1
        self._chunk_count += len(chunks)
        if len(self._loose_files) >= _LOOSE_FILES or len(self._loose_chunks) >= _LOOSE_CHUNKS:
            self._pack()
        if self._count >= FILES_PER_PART or self._chunk_count >= CHUNKS_PER_PART:
            self.save()
        else:
            self.save_if_due()

    def save_if_due(self) -> None:
        if time.monotonic() - self._begun >= self._save_seconds:
            self.save()

    def save(self) -> None:
        """The chunks first: a part without its files is none."""
        if self._count:
            self._pack()
            schemas, place = self._rows.schemas, self._place
            chunks = pa.Table.from_batches(self._chunks, schemas.chunks)
            files = pa.Table.from_batches(self._files, schemas.files)
            for table, path, order in (
                (chunks, place.waiting_chunks(self._next), ("path", "start")),
                (files, place.waiting_files(self._next), ("path",)),
            ):
                rows = table.sort_by([(name, "ascending") for name in order]).to_batches()
                write_durably(path, partial(write_batches, schema=table.schema, source=rows))
            self._next += 1
        self._begin()

    def _pack(self) -> None:
        self._files.append(self._rows.files(self._loose_files))
        self._chunks.append(self._rows.chunks(self._names, self._loose_chunks))
        self._loose_files, self._loose_chunks, self._names = [], [], []

    def _begin(self) -> None:
        self._files: list[pa.RecordBatch] = []
        self._chunks: list[pa.RecordBatch] = []
        self._count = self._chunk_count = 0
        self._begun = time.monotonic()
