"""The body of a request as it comes, within the limits on its size and on its patience."""

import asyncio
from typing import Self

from starlette.types import Receive

from service.errors import BodyTooLarge, UploadTooSlow
from service.http.disconnect import ClientDisconnected
from service.http.server_settings import ServerSettings


class UploadBody:
    """An iterator over the data as it comes, never empty. Raises BodyTooLarge, UploadTooSlow or ClientDisconnected."""

    def __init__(self, receive: Receive, settings: ServerSettings) -> None:
        self._receive = receive
        self._settings = settings
        self._received_bytes = 0
        self._waited_seconds = 0.0
        """Only for the client: it is not its fault if the disk is slow."""
        self._more = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while self._more:
            if data := await self._next():
                return data
        raise StopAsyncIteration

    async def _next(self) -> bytes:
        grace_seconds = self._settings.upload_grace_seconds
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(grace_seconds):
                message = await self._receive()
        except TimeoutError:
            raise UploadTooSlow(
                f"Nothing came for {grace_seconds:g} s after {self._received_bytes} bytes of the upload; "
                "it may not stand still for longer. Send it again."
            ) from None
        self._waited_seconds += loop.time() - began
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        data: bytes = message.get("body", b"")
        self._more = message.get("more_body", False)
        self._received_bytes += len(data)
        self._check()
        return data

    def _check(self) -> None:
        most = self._settings.max_body_bytes
        if self._received_bytes > most:
            raise BodyTooLarge(
                f"More than {self._received_bytes} bytes were sent, but at most {most} are accepted. "
                "Send less at once, or a compressed format such as FLAC, MP3 or Opus."
            )
        least = self._settings.min_upload_bytes_per_second
        seconds = self._waited_seconds
        if self._more and seconds > self._settings.upload_grace_seconds and self._received_bytes < least * seconds:
            raise UploadTooSlow(
                f"{self._received_bytes} bytes came in {seconds:.1f} s, {self._received_bytes / seconds:.0f} a second; "
                f"an upload must have at least {least} a second. Send a smaller file, or over a faster line."
            )
