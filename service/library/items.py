"""The files of a library: one file as a listing describes it, what came of it, and a compact set of many."""

import hashlib
import json
from bisect import bisect_left
from dataclasses import astuple, dataclass
from typing import Self

import numpy as np

from service.errors import EarmarkError
from service.types import Report

DIGEST_BYTES = 16
"""Two of a billion files are taken for the same with a probability of 1e-21."""
_RECENT = 65_536
"""A `KeySet` holds so many in a set of Python's before it sorts them in among the others."""
_DTYPE = np.dtype(f"S{DIGEST_BYTES}")


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """One file. `path` is absolute, or a URL.

    What is None is not known: the file is missing, or its store does not tell."""

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


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What came of one file."""

    item: LibraryItem
    answer: Report | EarmarkError
    seconds: float
    """Wall time of the analysis."""


class KeySet:
    """A set of digests of DIGEST_BYTES each, which takes little more memory than they do. None is ever removed."""

    def __init__(self, most_recent: int = _RECENT) -> None:
        """The last `most_recent` are kept apart, where adding is quick and takes more memory."""
        self._most_recent = most_recent
        self._sorted = np.empty(0, dtype=_DTYPE)
        self._recent: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._recent)

    def __contains__(self, key: bytes) -> bool:
        if key in self._recent:
            return True
        bare = key.rstrip(b"\0")  # so NumPy gives its items; no two keys differ in that alone, all being of one length
        place = bisect_left(self._sorted, bare)  # np.searchsorted lets other threads in, which takes far longer
        return place < len(self._sorted) and bytes(self._sorted[place]) == bare

    def add(self, key: bytes) -> bool:
        """Whether it is new."""
        if key in self:
            return False
        self._recent.add(key)
        if len(self._recent) >= self._most_recent:
            fresh = np.array(sorted(self._recent), dtype=_DTYPE)
            self._sorted = np.sort(np.concatenate([self._sorted, fresh]), kind="stable")  # merges what is sorted
            self._recent.clear()
        return True


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
