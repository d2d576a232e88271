"""Parts that are done become the tables that people read. Killed at any moment, it is made up for at the next start.

The table is replaced in one step, and that decides. Its rows name the part that holds their chunks, so chunks which
were put in place before, or are to be taken away after it, belong to no row of it meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from service.library.identity import Identity
from service.library.item import Item
from service.library.key_set import KeySet
from service.library.place import Place, move_durably, write_durably
from service.library.schema import OK, Schemas
from service.library.table_file import batches, identity_of, keep_rows, records, write_batches


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
        if seen.add(Item(path).key):
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
    return Item(f"{part} {path}").key


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.parent.rmdir()
