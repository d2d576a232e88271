"""An upload that can be sent on more than once: a small one stays in memory, the others go to a file."""

import asyncio
import errno
import os
from pathlib import Path
from typing import BinaryIO

from starlette.types import Message, Receive

from service.http.upload.body import Body
from service.http.upload.store import FLUSH_BYTES, UploadStore


class KeptBody:
    """Must be closed."""

    def __init__(self, folder: Path | None) -> None:
        self._store = UploadStore(folder)
        self._upload = self._store.new_file()
        self._bytes = b""
        self._file: BinaryIO | None = None

    async def fill(self, coming: Body) -> None:
        """Raises what a body raises, StorageFull and Unavailable."""
        async for piece in coming:
            self._store.add(self._upload, piece)
            await self._store.keep_up()
        if self._upload.size < FLUSH_BYTES:
            self._bytes = bytes(self._upload.take())
        else:
            [self._file] = await self._store.finish()

    def from_the_start(self, after: Receive) -> Receive:
        """The body of a request; after its end, what `after` gives."""
        sent, is_over = 0, False

        async def receive() -> Message:
            nonlocal sent, is_over
            if is_over:
                return await after()
            piece = await asyncio.to_thread(_read, self._file, sent) if self._file else self._bytes
            sent += len(piece)
            is_over = sent == self._upload.size
            return {"type": "http.request", "body": piece, "more_body": not is_over}

        return receive

    async def close(self) -> None:
        await self._store.close()


def _read(file: BinaryIO, offset: int) -> bytes:
    """Not from where the file stands: what was sent before may still be read in another thread."""
    piece = os.pread(file.fileno(), FLUSH_BYTES, offset)
    if not piece:
        raise OSError(errno.EIO, "an upload that was kept ends early")
    return piece
