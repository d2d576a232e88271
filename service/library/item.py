"""One file of a library, as a listing tells of it."""

import hashlib
import json
from dataclasses import astuple, dataclass
from typing import Self

DIGEST_BYTES = 16
"""Two of a billion files are taken for the same with a probability of 1e-21."""


@dataclass(frozen=True, slots=True)
class Item:
    """`path` is absolute, or a URL. What is None is not known: the file is missing, or its store does not tell."""

    path: str
    size_bytes: int | None = None
    modified_ns: int | None = None
    """Since 1970, UTC."""
    etag: str | None = None
    """What the store calls this version of the file."""

    @property
    def is_remote(self) -> bool:
        return "://" in self.path

    @property
    def name(self) -> str:
        """The path as it stands in the tables; bytes that are no text are written as \\xff."""
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    @property
    def key(self) -> bytes:
        """The same for every version of the file."""
        return _digest(self.name)

    @property
    def version(self) -> bytes:
        """Another one as soon as the file has changed, as far as a listing can tell."""
        return _digest(repr((self.name, self.size_bytes, self.modified_ns, self.etag)))

    def line(self) -> str:
        return json.dumps(astuple(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        return cls(*json.loads(line))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
