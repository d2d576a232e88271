"""An upload that can be sent on more than once: a small one stays in memory, the others go to a file."""

import asyncio
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

    async def from_the_start(self, after: Receive) -> Receive:
        """The body of a request; after its end, what `after` gives."""
        is_over = False
        if self._file:
            await asyncio.to_thread(self._file.seek, 0)

        async def receive() -> Message:
            nonlocal is_over
            if is_over:
                return await after()
            piece = await asyncio.to_thread(self._file.read, FLUSH_BYTES) if self._file else self._bytes
            is_over = len(piece) < FLUSH_BYTES
            return {"type": "http.request", "body": piece, "more_body": not is_over}

        return receive

    async def close(self) -> None:
        await self._store.close()
