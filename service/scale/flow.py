"""What a replica tells the front of its node, beside its answer: that it began, and how much of the body it took.

Ray's proxy reads a body as fast as it comes and keeps what the replica has not fetched yet, without a limit. So the
front sends no further than the replica has said that it is. The words are messages of ASGI, as extensions of it are,
and the front announces in the scope that it understands them; they never reach a client.
"""

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXTENSION = "earmark.flow"
BEGAN = "earmark.began"
TOOK = "earmark.took"
AHEAD_BYTES = 4 * 1024 * 1024
"""Most of a body that is on its way to a replica: more than most files have, for which nothing has to be said."""
_TELL_EVERY_BYTES = AHEAD_BYTES // 4


class TellsTheFront:
    """Around the app of a replica."""

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
