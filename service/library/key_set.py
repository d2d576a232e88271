"""A set of digests that takes little more memory than the digests themselves: 16 bytes for each file of a library."""

from bisect import bisect_left

import numpy as np

from service.library.item import DIGEST_BYTES

_RECENT = 65_536
"""So many are held in a set of Python's before they are sorted in among the others."""
_DTYPE = np.dtype(f"S{DIGEST_BYTES}")


class KeySet:
    """Digests of DIGEST_BYTES each; none is ever removed."""

    def __init__(self) -> None:
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
        if len(self._recent) >= _RECENT:
            fresh = np.array(sorted(self._recent), dtype=_DTYPE)
            self._sorted = np.sort(np.concatenate([self._sorted, fresh]), kind="stable")  # merges what is sorted
            self._recent.clear()
        return True
