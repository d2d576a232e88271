"""A response that is written while the file is still analysed."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.errors import EarmarkError
from service.formats.ndjson import error_line
from service.http.client_gone import ClientGone
from service.http.presence import unless_gone


class LineStream(Response):
    """`first` and then `rest`; an error among them becomes the last line. Closes `held` in the end, come what may."""

    media_type = "application/x-ndjson"

    def __init__(self, first: str, rest: AsyncGenerator[str], name: str, held: AsyncExitStack) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._first = first
        self._rest = rest
        self._name = name
        self._held = held

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held, aclosing(self._rest):
            with suppress(ClientGone):
                await unless_gone(receive, self._send_all(send))

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await _send(send, self._first)
        try:
            async for text in self._rest:
                await _send(send, text)
        except EarmarkError as error:
            await _send(send, error_line(self._name, error.problem()))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
