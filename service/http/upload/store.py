"""The files of one request, written while they come, but never by the event loop."""

import asyncio
import errno
import logging
import os
from pathlib import Path
from typing import BinaryIO

from service.errors import StorageFull, Unavailable
from service.http.upload.nameless_file import NamelessFile

FLUSH_BYTES = 1024 * 1024
"""What is written at once, and all that an upload takes of memory: handing it to a thread has its price, too."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RETRY_AFTER_SECONDS = 10
"""Other uploads are soon analysed, and their room is free again."""

_log = logging.getLogger(__name__)


class UploadStore:
    """Raises StorageFull or Unavailable where the folder fails."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: list[NamelessFile] = []
        self._waiting_bytes = 0

    def new_file(self) -> NamelessFile:
        file = NamelessFile(self._folder)
        self._files.append(file)
        return file

    def add(self, file: NamelessFile, data: bytes | memoryview) -> None:
        file.add(data)
        self._waiting_bytes += len(data)

    async def keep_up(self) -> None:
        """Writes what has come, if it is worth it; to be called after each piece, so that memory stays flat."""
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
        """Goes on in its thread even if whoever waits for it is cancelled."""
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
        _log.error("An upload could not be stored: %s", reason)
        came = sum(file.size for file in self._files)
        if error.errno in _NO_ROOM:
            return StorageFull(
                f"There is no room for the upload, of which {came} bytes have come: {reason}. "
                "Send it again later, or a smaller file.",
                retry_after_seconds=_RETRY_AFTER_SECONDS,
            )
        return Unavailable(
            f"The upload cannot be stored at the moment: {reason}. Send it again later.",
            retry_after_seconds=_RETRY_AFTER_SECONDS,
        )


def _write_all(work: list[tuple[NamelessFile, bytearray]]) -> None:
    for file, data in work:
        if data:
            file.write(data)
