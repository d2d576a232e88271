"""A file's name for the caches: the SHA-256 of its bytes, whatever it is called and wherever it lies."""

import hashlib
from pathlib import Path


class FileDigests:
    """Remembers digests for as long as it lives; a file that was written since is read again."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def of(self, path: Path) -> str:
        """64 hexadecimal digits. Raises OSError if the file cannot be read."""
        status = path.stat()
        state = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._known[path] = (state, digest)
        return digest
