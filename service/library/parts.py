"""Finished files are saved in parts, and the parts are published as the tables that people read.

If the process is killed at any moment, the next start makes up for it. Publishing replaces the table in one step, and
that step decides. The rows of the table name the part that holds their chunks, so chunks that were put in place before,
or are to be removed after it, belong to no row in the meantime."""

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from service.library.items import FileOutcome, KeySet, LibraryItem
from service.library.table_files import (
    Place,
    batches,
    identity_of,
    keep_rows,
    move_durably,
    records,
    write_batches,
    write_durably,
)
from service.library.table_identity import Identity
from service.library.table_rows import OK, Schemas, TableRow, TableRows

FILES_PER_PART = 1_000
CHUNKS_PER_PART = 100_000
"""Some 20 MB of columns: a day of sound at the usual hop."""
_LOOSE_FILES = 64
_LOOSE_CHUNKS = 2_000
"""More are put into columns, which take a twentieth of what they take as objects."""


class Parts:
    """Gathers outcomes until they make a part: it ends when it is large, or `save_seconds` after it was begun."""

    def __init__(self, place: Place, rows: TableRows, first_part: int, save_seconds: float) -> None:
        self._place = place
        self._rows = rows
        self._save_seconds = save_seconds
        self._next = first_part
        self._loose_files: list[TableRow] = []
        self._loose_chunks: list[TableRow] = []
        self._names: list[str] = []
        """Name of the file of each loose chunk."""
        self._begin()

    def add(self, outcome: FileOutcome) -> None:
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


def publish(place: Place, identity: Identity, schemas: Schemas) -> None:
    """Puts the parts that wait into the tables. Of a file that was done several times the last counts."""
    parts = place.waiting_parts()
    if not parts:
        return
    stale: set[int] = set()
    merged = _merged(place, identity, parts, stale)
    reached = identity.model_copy(update={"parts_through": parts[-1]})
    write_durably(place.next_table, lambda beside: write_batches(beside, schemas.files, merged, reached))
    write_durably(place.stale, lambda beside: beside.write_text(json.dumps(sorted(stale)), encoding="ascii"))
    for part in parts:
        _put_in_place(place, part)
    move_durably(place.next_table, place.table)
    finish_publishing(place)


def finish_publishing(place: Place) -> None:
    """What is left to do once the table was replaced; does no harm if it was not, or if nothing is left."""
    if not place.stale.exists():
        return
    identity = identity_of(place.table)
    through = identity.parts_through if identity else 0
    stale, referenced = set(json.loads(place.stale.read_text("ascii"))), set()
    kept = KeySet()
    for path, part in records(place.table, ("path", "part")) if identity else ():
        referenced.add(part)
        if part in stale:
            kept.add(_of_part(path, part))
    for part in place.published_parts():
        if part <= through and part not in referenced:
            _remove(place.published(part))
        elif part in stale & referenced:
            _clean(place, part, kept)
    for part in place.waiting_parts():
        if part <= through:
            place.waiting_files(part).unlink()
    place.stale.unlink()


def _merged(place: Place, identity: Identity, parts: list[int], stale: set[int]) -> Iterator[pa.RecordBatch]:
    """The rows that count, the newest first; `stale` gets the parts that have chunks of others."""
    seen = KeySet()

    def counts(path: str, status: str, part: int) -> bool:
        if seen.add(LibraryItem(path).key):
            return True
        if status == OK:
            stale.add(part)
        return False

    files = [place.waiting_files(part) for part in reversed(parts)]
    published = identity_of(place.table)
    if published and published.generation == identity.generation:
        files.append(place.table)
    for file in files:
        for batch in batches(file):
            yield keep_rows(batch, counts, ("path", "status", "part"))


def _put_in_place(place: Place, part: int) -> None:
    source, target = place.waiting_chunks(part), place.published(part)
    if source.exists():  # else it was moved before the last run was killed
        target.parent.mkdir(exist_ok=True)
        move_durably(source, target)


def _clean(place: Place, part: int, kept: KeySet) -> None:
    """Leaves the chunks of the files that the table looks for in this part."""
    file = place.published(part)
    schema = next(batches(file)).schema
    rest = (keep_rows(batch, lambda path: _of_part(path, part) in kept, ("path",)) for batch in batches(file))
    write_durably(place.rest, lambda beside: write_batches(beside, schema, rest))
    move_durably(place.rest, file)


def _of_part(path: str, part: int) -> bytes:
    return LibraryItem(f"{part} {path}").key


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.parent.rmdir()
