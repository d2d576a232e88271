"""One request that the front passes on to a replica: what is sent, what is taken, what is said in return."""

import asyncio
from contextlib import AbstractContextManager

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import EarmarkError, NoWorkers, QueueFull
from service.http.client_gone import ClientGone
from service.scale.flow import AHEAD_BYTES, BEGAN, TOOK, announced, size_of

RETRY_SECONDS = 2
"""By then another replica has the request of one that died, or a new one is there."""
_FULL = 503
_DISCONNECT: dict[str, Message] = {
    "http": {"type": "http.disconnect"},
    "websocket": {"type": "websocket.disconnect", "code": 1001},
}


class Conversation:
    """`receive` gives the request and `send` gets the answer, both as if there were no Ray between them."""

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
        """Up to the end of the answer; `queueing` is around the wait for a replica.

        Raises ClientGone, QueueFull, and NoWorkers where there was no answer."""
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
            return ClientGone()
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
