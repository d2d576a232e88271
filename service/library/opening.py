"""An output is opened: by one run at a time, and only for rows that are made as its others are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from service.errors import InvalidOption
from service.library.identity import Identity
from service.library.lock import locked
from service.library.place import Place, write_durably
from service.library.publish import finish_publishing
from service.library.table_file import identity_of, records


@dataclass(frozen=True, slots=True)
class Opened:
    identity: Identity
    first_part: int
    """Of those that are to come."""


@contextmanager
def open_output(place: Place, wanted: Identity, *, again: bool) -> Iterator[Opened]:
    """Makes up for what the last run could not finish. With `again`, no row that there is counts any more.

    Raises InvalidOption if another run is at it, if its rows were made otherwise, or if it is another's."""
    identity_of(place.table)
    place.run.mkdir(parents=True, exist_ok=True)
    with locked(place.lock):
        finish_publishing(place)
        published = identity_of(place.table)
        if published:
            _check_parts(place)
        identity = _agreed(place, _begun(place) or published, wanted, again=again)
        text = identity.model_dump_json(indent=1)
        write_durably(place.identity, lambda beside: beside.write_text(text, encoding="utf-8"))
        yield Opened(identity, place.free_part())


def _begun(place: Place) -> Identity | None:
    """Of the parts that wait, or would."""
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
