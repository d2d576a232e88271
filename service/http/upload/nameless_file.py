"""A file without a name: it is gone as soon as it is closed, even if the process is killed."""

import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO


class NamelessFile:
    """Grows in memory (`add`, `take`: event loop), then on disk (`write`, `rewound`, `close`: other threads)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._waiting = bytearray()
        # A cancelled request closes its files while a thread may still write; the descriptor could be another file's.
        self._lock = Lock()
        self._closed = False
        self.size = 0
        """Bytes, of which some may not be on disk yet."""

    def add(self, data: bytes | memoryview) -> None:
        self._waiting += data
        self.size += len(data)

    def take(self) -> bytearray:
        """What `write` should get next."""
        taken, self._waiting = self._waiting, bytearray()
        return taken

    def write(self, data: bytearray) -> None:
        """Raises OSError."""
        with self._lock:
            if self._closed:
                return
            file = self._opened()
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]

    def rewound(self) -> BinaryIO:
        """The file at its start. Raises OSError."""
        with self._lock:
            file = self._opened()
            file.seek(0)
            return file

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._file:
                with suppress(OSError):
                    self._file.close()

    def _opened(self) -> BinaryIO:
        if not self._file:
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - see `close`
        return self._file
