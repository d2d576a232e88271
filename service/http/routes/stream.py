"""WS /v1/stream: sound comes in while it is recorded, chunks go out while it is analysed."""

import asyncio
import json
from contextlib import suppress
from typing import Literal

from fastapi import APIRouter, WebSocket
from pydantic import ConfigDict, ValidationError
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from service.errors import EarmarkError, MalformedRequest, NoSuchPage, UploadTooSlow
from service.formats.document import Detail
from service.formats.json_text import dump
from service.http.backend import Backend, UsesBackend
from service.http.middleware.guards import caller_of, check_key
from service.http.observe import key_name_of, note_facts
from service.http.query import AskedOptions, option
from service.inference.manifest import explain
from service.workers.async_pool import LiveSession
from service.workers.messages import LiveJob, Written

router = APIRouter()

LOOK_UP_SECONDS = 0.5
"""How often a stream checks whether the service is about to stop."""
ENDED, GOING_AWAY = 1000, 1012
"""WebSocket close codes."""
EXAMPLE = '{"sample_rate": 44100, "channels": 2, "encoding": "pcm_s16le"}'


class StreamStart(AskedOptions):
    """The first message: the format of the sound, and the options."""

    model_config = ConfigDict(allow_inf_nan=False)

    sample_rate: int
    channels: int = 1
    encoding: Literal["pcm_s16le", "pcm_f32le"] = "pcm_s16le"
    hop_seconds: float | None = option("hop_seconds")
    peaks_per_second: int = option("peaks_per_second")
    detail: Detail = "segments"
    key: str | None = None
    """For clients that cannot send headers, such as pages in a browser."""

    def job(self) -> LiveJob:
        return LiveJob(self.sample_rate, self.channels, self.encoding, self.options(), self.view())


@router.websocket("/v1/stream")
async def stream(socket: WebSocket, backend: UsesBackend) -> None:
    """First a message of text as StreamStart says, then blocks of sound as binary messages, then `{"end": true}`.

    The answer has a message for each chunk, with `steps` beside it if `detail` is `steps`, and the report as the last.
    The service may end the stream when it is about to stop: with the report of what was heard, and close code 1012."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        try:
            code = await _converse(socket, backend)
        except EarmarkError as error:
            code = _close_code(error)
            await socket.send_text(dump({"error": error.problem()}))
        await socket.close(code)


@router.websocket("/{path:path}")
async def nowhere(_socket: WebSocket) -> None:
    """Otherwise starlette would refuse it without a reason, and under the mounted files with an error."""
    raise NoSuchPage("The only WebSocket here is /v1/stream.")


async def _converse(socket: WebSocket, backend: Backend) -> int:
    """Returns the code to close with."""
    start = await _start(socket, backend)
    if backend.keys is not None and key_name_of(socket.scope) is None:
        check_key(socket.scope, backend.keys, start.key)
    backend.rate.take(caller_of(socket.scope))
    backend.admission.refuse_if_draining()
    async with backend.workers.live(start.job()) as session:
        hearing = asyncio.ensure_future(_hear(socket, backend, session))
        answering = asyncio.ensure_future(_answer(socket, session))
        try:
            await asyncio.wait((hearing, answering), return_when=asyncio.FIRST_COMPLETED)
            if answering.done():  # an error, or the longest that is allowed
                answering.result()
                return ENDED
            code = hearing.result()
            await answering
            return code
        finally:
            for task in (hearing, answering):
                task.cancel()
            await asyncio.gather(hearing, answering, return_exceptions=True)


async def _start(socket: WebSocket, backend: Backend) -> StreamStart:
    message = await _next(socket, backend.settings.max_header_seconds)
    try:
        return StreamStart.model_validate_json(message.get("text") or "")
    except ValidationError as error:
        raise MalformedRequest(
            f"The first message of a stream is a JSON object such as {EXAMPLE}; in this one, {explain(error)}."
        ) from None


async def _hear(socket: WebSocket, backend: Backend, session: LiveSession) -> int:
    """Passes sound on until its end. A client that sends faster than it is analysed waits."""
    code = ENDED
    while True:
        message = await _next_unless_draining(socket, backend)
        if message is None:
            code = GOING_AWAY
            break
        sound = message.get("bytes")
        if sound is None:
            _check_end(message["text"])
            break
        await session.push(sound)
    await session.finish()
    return code


async def _next_unless_draining(socket: WebSocket, backend: Backend) -> Message | None:
    coming = asyncio.ensure_future(_next(socket, backend.settings.stream_idle_seconds))
    try:
        while not coming.done():
            if backend.admission.draining:
                return None
            await asyncio.wait((coming,), timeout=LOOK_UP_SECONDS)
        return coming.result()
    finally:
        coming.cancel()


async def _answer(socket: WebSocket, session: LiveSession) -> None:
    async for message in session.messages():
        await socket.send_text(message.text.rstrip("\n"))
        if isinstance(message, Written):
            note_facts(message.facts)


async def _next(socket: WebSocket, patience_seconds: float) -> Message:
    try:
        async with asyncio.timeout(patience_seconds):
            message = await socket.receive()
    except TimeoutError:
        raise UploadTooSlow(f"No message came for {patience_seconds:g} s, the longest pause of a stream.") from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", ENDED))
    return message


def _check_end(text: str) -> None:
    with suppress(ValueError, RecursionError):
        if json.loads(text) == {"end": True}:
            return
    raise MalformedRequest('After the first message come binary ones, and at the end the text {"end": true}.')


def _close_code(error: EarmarkError) -> int:
    """Policy violation for what the client did, try again later, or internal error."""
    return 1008 if error.status < 500 else 1013 if error.status == 503 else 1011
