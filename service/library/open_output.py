"""An output is opened by one run at a time, and only for rows that are made as its others are.

`History` tells the run what earlier runs have done."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.errors import InvalidOption
from service.library.items import KeySet, LibraryItem
from service.library.parts import finish_publishing
from service.library.table_files import Place, identity_of, records, write_durably
from service.library.table_identity import Identity
from service.library.table_rows import LISTED, OK

Past = Literal["ok", "failed", "never"]
_COLUMNS = (*(name for name, _ in LISTED), "status")


@dataclass(frozen=True, slots=True)
class Opened:
    identity: Identity
    first_part: int
    """Number of the first one that is to come."""


@contextmanager
def open_output(place: Place, wanted: Identity, *, again: bool) -> Iterator[Opened]:
    """Makes up for what the last run could not finish. With `again`, no row that there is counts any more.

    Raises InvalidOption if another run is at it, if its rows were made otherwise, or if it is another's."""
    identity_of(place.table)
    place.run.mkdir(parents=True, exist_ok=True)
    with _locked(place.lock):
        finish_publishing(place)
        published = identity_of(place.table)
        if published:
            _check_parts(place)
        identity = _agreed(place, _begun(place) or published, wanted, again=again)
        text = identity.model_dump_json(indent=1)
        write_durably(place.identity, lambda beside: beside.write_text(text, encoding="utf-8"))
        yield Opened(identity, place.free_part())


class History:
    """The last version of every file that earlier runs have done, in 32 bytes for each."""

    def __init__(self) -> None:
        self._done = KeySet()
        self._failed = KeySet()

    @classmethod
    def read(cls, place: Place, identity: Identity) -> "History":
        history, seen = cls(), KeySet()
        files = [place.waiting_files(part) for part in reversed(place.waiting_parts())]
        published = identity_of(place.table)
        if published and published.generation == identity.generation:
            files.append(place.table)
        for file in files:
            for path, size, modified, etag, status in records(file, _COLUMNS):
                item = LibraryItem(path, size, modified, etag)
                if seen.add(item.key):
                    (history._done if status == OK else history._failed).add(item.version)
        return history

    def of(self, item: LibraryItem) -> Past:
        version = item.version
        if version in self._done:
            return "ok"
        return "failed" if version in self._failed else "never"


def _begun(place: Place) -> Identity | None:
    """Identity of the parts that wait, or would."""
    file = place.identity
    return Identity.read(file.read_text("utf-8"), str(file)) if file.exists() else None


def _agreed(place: Place, before: Identity | None, wanted: Identity, *, again: bool) -> Identity:
    if before is None:
        return wanted
    if again:
        for part in place.waiting_parts():
            place.waiting_files(part).unlink()
        return wanted.model_copy(update={"generation": before.generation + 1})
    differences = before.differences(wanted)
    if differences:
        raise InvalidOption(
            f"{place.table} was made otherwise: {'; '.join(differences)}. Rows made in two ways are not mixed. "
            "Name another --output, or do all files again with --again."
        )
    return wanted.model_copy(update={"generation": before.generation})


def _check_parts(place: Place) -> None:
    missing = {part for (part,) in records(place.table, ("part",))} - set(place.published_parts())
    if missing:
        raise InvalidOption(
            f"{place.chunks} lacks {len(missing)} parts, part={min(missing)} among them. "
            f"Put them back, or remove {place.table} and {place.chunks} to begin anew."
        )


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Held until the block or the process ends, however that ends. Raises InvalidOption if another process has it."""
    with file.open("a+", encoding="ascii") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise InvalidOption(
                f"Process {stream.read().strip() or 'of unknown number'} is writing to this --output. "
                "Wait until it is through, or name another one."
            ) from None
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
