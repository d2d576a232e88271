"""One request on its way from the front in a proxy of Ray to a replica, and its answer on the way back.

Ray's proxy reads a body as fast as it comes and keeps what the replica has not fetched yet, without a limit. So the
replica tells the front that it began and how much of the body it took, and the front sends no further ahead than
AHEAD_BYTES. These are messages of ASGI, as extensions of it are, and the front announces in the scope that it
understands them; they never reach a client.
"""

import asyncio
import errno
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import EarmarkError, NoWorkers, QueueFull
from service.http.disconnect import ClientDisconnected
from service.http.upload.body import UploadBody
from service.http.upload.upload_store import FLUSH_BYTES, UploadStore

EXTENSION = "earmark.flow"
BEGAN = "earmark.began"
TOOK = "earmark.took"
AHEAD_BYTES = 4 * 1024 * 1024
"""Most of a body that is on its way to a replica: more than most files have, for which nothing has to be said."""
_TELL_EVERY_BYTES = AHEAD_BYTES // 4
RETRY_SECONDS = 2
"""By then another replica has the request of one that died, or a new one is there."""
_FULL = 503
_DISCONNECT: dict[str, Message] = {
    "http": {"type": "http.disconnect"},
    "websocket": {"type": "websocket.disconnect", "code": 1001},
}


class RelayedRequest:
    """The front's side. `receive` gives the request and `send` gets the answer, as if they met without Ray."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.has_answered = False
        """Whether the client got any of an answer."""
        self._scope = announced(scope)
        self._receive = receive
        self._send = send
        self._began = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._client_is_gone = False
        self._ahead_bytes = 0
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._refusal: Message | None = None

    async def hold(self, proxy: ASGIApp, max_queue_seconds: float, queueing: AbstractContextManager[None]) -> None:
        """Returns at the end of the answer; `queueing` is around the wait for a replica.

        Raises ClientDisconnected, QueueFull, and NoWorkers where there was no answer."""
        talking = asyncio.ensure_future(proxy(self._scope, self._receive_in_step, self._pass_on))
        beginning = asyncio.ensure_future(self._began.wait())
        try:
            with queueing:
                await asyncio.wait((talking, beginning), timeout=max_queue_seconds, return_when=asyncio.FIRST_COMPLETED)
            is_late = not talking.done() and not beginning.done()
            if is_late:
                self._hung_up.set()
            await talking
        finally:
            beginning.cancel()
            self._hung_up.set()
            talking.cancel()
        if not self.has_answered:
            raise self._reason(max_queue_seconds, is_late=is_late)

    def _reason(self, max_queue_seconds: float, *, is_late: bool) -> Exception:
        """Why there was no answer."""
        if self._client_is_gone:
            return ClientDisconnected()
        if is_late:
            return QueueFull(
                f"No replica was free within {max_queue_seconds:g} s. Send it again a little later.",
                retry_after_seconds=RETRY_SECONDS,
            )
        if self._refusal is not None:
            return _as_ours(self._refusal)
        return NoWorkers("The replica that had this request is gone. Send it again.", retry_after_seconds=RETRY_SECONDS)

    async def _receive_in_step(self) -> Message:
        """No further ahead of the replica than AHEAD_BYTES."""
        coming = asyncio.ensure_future(self._next())
        leaving = asyncio.ensure_future(self._hung_up.wait())
        try:
            await asyncio.wait((coming, leaving), return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else {**_DISCONNECT[self._scope["type"]]}
        finally:
            coming.cancel()
            leaving.cancel()

    async def _next(self) -> Message:
        await self._may_send.wait()
        message = await self._receive()
        self._client_is_gone = message["type"].endswith(".disconnect")
        self._ahead_bytes += size_of(message)
        self._step()
        return message

    def _step(self) -> None:
        if self._ahead_bytes < AHEAD_BYTES:
            self._may_send.set()
        else:
            self._may_send.clear()

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == BEGAN:
            self._began.set()
        elif message["type"] == TOOK:
            self._ahead_bytes -= message["bytes"]
            self._step()
        elif self._began.is_set():
            self.has_answered = True
            await self._send(message)
        elif self._refusal is None:  # no replica has said a word: this is Ray's own answer
            self._refusal = message


def _as_ours(refusal: Message) -> EarmarkError:
    """Ray's own answers are plain text."""
    status = refusal.get("status")
    after = Headers(raw=refusal.get("headers", [])).get("retry-after", "")
    seconds = int(after) if after.isdigit() else RETRY_SECONDS
    if status == _FULL:
        return QueueFull("As many requests as may wait are waiting for a replica.", retry_after_seconds=seconds)
    return NoWorkers("No replica takes requests at the moment.", retry_after_seconds=seconds)


class TellsTheFront:
    """The replica's side: around its app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if EXTENSION not in (scope.get("extensions") or {}):  # the proxy has no front: it would not understand
            await self._app(scope, receive, send)
            return
        untold = 0

        async def receive_and_tell() -> Message:
            nonlocal untold
            message = await receive()
            untold += size_of(message)
            if untold >= _TELL_EVERY_BYTES:
                taken, untold = untold, 0
                await send({"type": TOOK, "bytes": taken})
            return message

        await send({"type": BEGAN})
        await self._app(scope, receive_and_tell, send)


def announced(scope: Scope) -> dict[str, Any]:
    """The scope as a replica gets it, from a front that understands."""
    return {**scope, "extensions": {**(scope.get("extensions") or {}), EXTENSION: {}}}


def size_of(message: Message) -> int:
    """Bytes of sound or text in what was received."""
    return len(message.get("body") or message.get("bytes") or message.get("text") or b"")


class UploadBuffer:
    """An upload that can be sent on more than once: a small one stays in memory, a large one goes to a file.

    Must be closed."""

    def __init__(self, folder: Path | None) -> None:
        self._store = UploadStore(folder)
        self._upload = self._store.new_file()
        self._bytes = b""
        self._file: BinaryIO | None = None

    async def fill(self, coming: UploadBody) -> None:
        """Raises what a body raises, StorageFull and Unavailable."""
        async for data in coming:
            self._store.add(self._upload, data)
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
            data = await asyncio.to_thread(_read, self._file, sent) if self._file else self._bytes
            sent += len(data)
            is_over = sent == self._upload.size
            return {"type": "http.request", "body": data, "more_body": not is_over}

        return receive

    async def close(self) -> None:
        await self._store.close()


def _read(file: BinaryIO, offset: int) -> bytes:
    """Reads at `offset`, not from where the file stands: what was sent before may still be read in another thread."""
    data = os.pread(file.fileno(), FLUSH_BYTES, offset)
    if not data:
        raise OSError(errno.EIO, "an upload that was kept ends early")
    return data
