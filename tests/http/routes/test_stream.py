"""WS /v1/stream over a real socket: sound as it is made."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from service.engine import Engine
from tests.http.server import Server
from tests.sound_files import sound_bytes
from tests.tones import MUSIC_HZ, RATE, medley, tone

END = json.dumps({"end": True})


@asynccontextmanager
async def conversation(server: Server) -> AsyncIterator[ClientConnection]:
    async with connect(server.url.replace("http", "ws") + "/v1/stream", proxy=None) as socket:
        yield socket


async def told(server: Server, start: dict[str, Any] | str | bytes, blocks: list[bytes | str]) -> tuple[list[Any], int]:
    """Everything that the server says, and its close code."""
    async with conversation(server) as socket:
        messages = []
        with suppress(ConnectionClosed):
            await socket.send(json.dumps(start) if isinstance(start, dict) else start)
            for block in blocks:
                await socket.send(block)
            while True:
                messages.append(json.loads(await socket.recv()))
        await socket.wait_closed()
        assert socket.close_code is not None
        return messages, socket.close_code


def pcm(samples: NDArray[np.float32], encoding: str) -> bytes:
    return (samples * 32767).astype("<i2").tobytes() if encoding == "pcm_s16le" else samples.astype("<f4").tobytes()


def pieces(data: bytes, size: int) -> list[bytes | str]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_answer_is_that_of_the_file(
    server: Server, engine: Engine, encoding: str, channels: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    samples = medley()
    path = tmp_path_factory.mktemp("stream") / "medley.wav"
    path.write_bytes(sound_bytes("wav_16" if encoding == "pcm_s16le" else "wav_float", samples, RATE))
    report = engine.analyse(path)
    data = pcm(np.repeat(samples, channels), encoding)
    start = {"sample_rate": RATE, "channels": channels, "encoding": encoding}
    messages, code = asyncio.run(told(server, start, [*pieces(data, 9_999), END]))
    assert code == 1000
    *chunks, summary = messages
    assert len(chunks) == len(report.chunks)
    for message, chunk in zip(chunks, report.chunks, strict=True):
        assert (message["chunk"]["start"], message["chunk"]["end"]) == (chunk.start, chunk.end)
        assert (message["chunk"]["gate"] is None) == (chunk.gate is None)
        if chunk.gate is not None:
            assert message["chunk"]["gate"] == pytest.approx(dict(chunk.gate), abs=1e-3)
    assert summary["label"] == report.label
    assert [(one["start"], one["end"], one["label"]) for one in summary["segments"]] == [
        (one.start, one.end, one.label) for one in report.segments
    ]
    assert summary["audio"]["codec"] == encoding


def test_peaks_come_with_the_chunks(server: Server) -> None:
    sound = tone(MUSIC_HZ["low"], 7.06)
    start = {"sample_rate": RATE, "peaks_per_second": 10}
    messages, _ = asyncio.run(told(server, start, [*pieces(pcm(sound, "pcm_s16le"), 9_999), END]))
    assert [len(message["peaks"]) for message in messages] == [30, 30, 10, 1]
    assert [value for message in messages for value in message["peaks"]] == pytest.approx([0.2] * 71, abs=0.002)


def test_a_chunk_is_told_as_soon_as_it_is_over(server: Server) -> None:
    async def run() -> None:
        async with conversation(server) as socket:
            await socket.send(json.dumps({"sample_rate": RATE}))
            await socket.send(pcm(tone(MUSIC_HZ["low"], 3.5), "pcm_s16le"))
            first = json.loads(await asyncio.wait_for(socket.recv(), 20))  # the sound has not ended
            assert first["chunk"]["end"] == 3.0
            await socket.send(END)
            messages = [json.loads(message) async for message in socket]
            assert messages[-1]["label"] == "music/low"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("start", "blocks", "slug", "words"),
    [
        ({"sample_rate": 100}, [], "unsupported-sample-rate", "100 Hz"),
        ({"sample_rate": RATE, "channels": 40}, [], "unsupported-channels", "40 channels"),
        ({"sample_rate": RATE, "encoding": "mp3"}, [], "malformed-request", "encoding"),
        ({"rate": RATE}, [], "malformed-request", "sample_rate"),
        ("hello", [], "malformed-request", "JSON"),
        (b"\0\0", [], "malformed-request", "JSON"),
        ({"sample_rate": RATE, "hop_seconds": 0.01}, [], "invalid-option", "0.01"),
        ({"sample_rate": RATE, "hop_seconds": 9}, [], "invalid-option", "9"),
        ({"sample_rate": RATE, "peaks_per_second": 200}, [], "invalid-option", "200"),
        ({"sample_rate": RATE, "smoothing": -1}, [], "invalid-option", "smoothing is -1; 0 to 1e+06 are possible."),
        ({"sample_rate": RATE, "smoothing": float("nan")}, [], "malformed-request", "smoothing"),
        ({"sample_rate": RATE, "start_seconds": 1}, [], "malformed-request", "start_seconds"),
        ({"sample_rate": RATE}, ["what?"], "malformed-request", "end"),
        ({"sample_rate": RATE}, [END], "empty-file", ""),
    ],
)
def test_what_does_not_fit_is_said_before_the_end(
    server: Server, start: dict[str, Any] | str | bytes, blocks: list[bytes | str], slug: str, words: str
) -> None:
    (message,), code = asyncio.run(told(server, start, blocks))
    assert message["error"]["type"] == f"urn:earmark:problem:{slug}"
    assert words in message["error"]["detail"]
    assert code == 1008


def test_a_client_who_leaves_frees_its_place(server: Server) -> None:
    async def run() -> None:
        for _ in range(6):  # more than there are places
            async with conversation(server) as socket:
                await socket.send(json.dumps({"sample_rate": RATE}))
                await socket.send(pcm(tone(300, 3.5), "pcm_s16le"))
                await asyncio.wait_for(socket.recv(), 30)

    asyncio.run(run())


def test_there_are_only_so_many_places(server: Server) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(4):
                socket = await stack.enter_async_context(conversation(server))
                await socket.send(json.dumps({"sample_rate": RATE}))
                await socket.send(pcm(tone(300, 3.5), "pcm_s16le"))
                await asyncio.wait_for(socket.recv(), 30)
            messages, code = await told(server, {"sample_rate": RATE}, [])
        assert messages[0]["error"]["type"] == "urn:earmark:problem:queue-full"
        assert code == 1013

    asyncio.run(run())
