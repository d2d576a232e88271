"""What was done by earlier runs, in 32 bytes for each file."""

from typing import Literal

from service.library.identity import Identity
from service.library.item import Item
from service.library.key_set import KeySet
from service.library.place import Place
from service.library.schema import LISTED, OK
from service.library.table_file import identity_of, records

Past = Literal["ok", "failed", "never"]
_COLUMNS = (*(name for name, _ in LISTED), "status")


class History:
    """Of every file the last version that was done."""

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
                item = Item(path, size, modified, etag)
                if seen.add(item.key):
                    (history._done if status == OK else history._failed).add(item.version)
        return history

    def of(self, item: Item) -> Past:
        version = item.version
        if version in self._done:
            return "ok"
        return "failed" if version in self._failed else "never"
