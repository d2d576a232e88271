"""Responses of the routes: a whole answer as a download, or lines while the file is still analysed."""

import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.errors import EarmarkError
from service.formats.catalogue import Format
from service.formats.ndjson import error_line
from service.http.disconnect import ClientDisconnected, unless_disconnected
from service.http.header_fields import UNNAMED, clean_file_name

_SHOWN_BY_BROWSERS = ("json", "ndjson")
_MAX_STEM_LENGTH = 60
"""Characters, of four bytes each at most: file systems take names of 255 bytes, and browsers may add a number."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]")
_RFC_5987_ALSO_TAKES = "!#$&+-.^_`|~"


class LineStream(Response):
    """A response that is written while the file is still analysed: `first`, then `rest`.

    An error in `rest` becomes the last line. Closes `held` at the end in any case."""

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
            with suppress(ClientDisconnected):
                await unless_disconnected(receive, self._send_all(send))

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


def download(text: str | bytes, form: Format, name: str) -> Response:
    """A whole answer as a response; `name` is that of the sound."""
    disposition = content_disposition(form, name)
    headers = {"Content-Disposition": disposition} if disposition else {}
    return Response(text, media_type=form.media_type, headers=headers)


def content_disposition(form: Format, name: str) -> str | None:
    """A header value (RFC 6266), in ASCII, that names the download after the sound; None for what browsers show."""
    if form.name in _SHOWN_BY_BROWSERS:
        return None
    stem = clean_file_name(name).lstrip(".")  # a hidden file would be a surprise
    stem = (stem.rpartition(".")[0] or stem)[:_MAX_STEM_LENGTH].rstrip(" .") or UNNAMED
    file_name = f"{stem}.{form.extension}"
    plain = _NOT_PLAIN.sub("_", file_name)
    value = f'attachment; filename="{plain}"'
    if plain != file_name:
        value += f"; filename*=UTF-8''{quote(file_name, safe=_RFC_5987_ALSO_TAKES)}"
    return value
