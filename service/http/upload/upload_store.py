"""The files of one request, written while they arrive, but never by the event loop."""

import asyncio
import errno
import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from service.errors import StorageFull, Unavailable

_LOG = logging.getLogger(__name__)
FLUSH_BYTES = 1024 * 1024
"""Written at once, and the most memory that an upload takes; smaller writes would cost too many switches of thread."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RETRY_AFTER_SECONDS = 10
"""Other uploads are analysed by then, and their room is free again."""


class UnnamedFile:
    """A file without a name: it is gone as soon as it is closed, even if the process is killed.

    Grows in memory (`add`, `take`: event loop), then on disk (`write`, `rewound`, `close`: other threads)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._waiting = bytearray()
        # A cancelled request closes its files while a thread may still write; the descriptor could be another file's.
        self._lock = Lock()
        self._closed = False
        self.size = 0
        """Bytes so far; some may not be on disk yet."""

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


class UploadStore:
    """Raises StorageFull or Unavailable if the folder fails."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: list[UnnamedFile] = []
        self._waiting_bytes = 0

    def new_file(self) -> UnnamedFile:
        file = UnnamedFile(self._folder)
        self._files.append(file)
        return file

    def add(self, file: UnnamedFile, data: bytes | memoryview) -> None:
        file.add(data)
        self._waiting_bytes += len(data)

    async def keep_up(self) -> None:
        """Writes what has arrived, if it is enough. Call it after each `add`, so that memory stays flat."""
        if self._waiting_bytes >= FLUSH_BYTES:
            await self._write()

    async def finish(self) -> list[BinaryIO]:
        """All files, complete and at their start."""
        await self._write()
        try:
            return await asyncio.to_thread(lambda: [file.rewound() for file in self._files])
        except OSError as error:
            raise self._problem(error) from None

    async def close(self) -> None:
        """Completes in its thread even if the caller is cancelled."""
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._close))

    async def _write(self) -> None:
        work = [(file, file.take()) for file in self._files]
        self._waiting_bytes = 0
        try:
            await asyncio.to_thread(_write_all, work)
        except OSError as error:
            raise self._problem(error) from None

    def _close(self) -> None:
        for file in self._files:
            file.close()

    def _problem(self, error: OSError) -> Unavailable:
        reason = os.strerror(error.errno).lower() if error.errno else "the folder cannot be used"
        _LOG.error("An upload could not be stored: %s", reason)
        came = sum(file.size for file in self._files)
        if error.errno in _NO_ROOM:
            return StorageFull(
                f"There is no room for the upload after {came} bytes: {reason}. "
                "Send it again later, or a smaller file.",
                retry_after_seconds=_RETRY_AFTER_SECONDS,
            )
        return Unavailable(
            f"The upload cannot be stored at the moment: {reason}. Send it again later.",
            retry_after_seconds=_RETRY_AFTER_SECONDS,
        )


def _write_all(work: list[tuple[UnnamedFile, bytearray]]) -> None:
    for file, data in work:
        if data:
            file.write(data)
