"""Sends sound to a running service as it is made, and prints what is heard.

    arecord -f S16_LE -r 16000 | python examples/live.py

Reads 16-bit mono PCM from standard input, or a WAV file of it from a recorder. Needs websockets."""

import asyncio
import json
import os
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

SAMPLE_RATE = 16_000
BLOCK_BYTES = SAMPLE_RATE // 5 * 2
"""A fifth of a second."""
WAV_HEAD_BYTES = 44


async def send(socket: ClientConnection) -> None:
    first = True
    while block := await asyncio.to_thread(sys.stdin.buffer.read, BLOCK_BYTES):
        await socket.send(block[WAV_HEAD_BYTES:] if first and block.startswith(b"RIFF") else block)
        first = False
    await socket.send(json.dumps({"end": True}))


def line(message: dict[str, Any]) -> str:
    if "error" in message:
        return f"{message['error']['title']}. {message['error']['detail']}"
    if "chunk" not in message:
        return f"All in all: {message['label']}"
    chunk = message["chunk"]
    gate = chunk["gate"] or {"silence": 1.0}
    return f"{chunk['start']:8.1f} s  " + "  ".join(f"{label} {share:.2f}" for label, share in gate.items())


async def main() -> None:
    url = os.environ.get("EARMARK_URL", "http://127.0.0.1:8000").replace("http", "ws", 1)
    start = {"sample_rate": SAMPLE_RATE, "channels": 1, "encoding": "pcm_s16le", "hop_seconds": 1.0}
    if key := os.environ.get("EARMARK_KEY"):
        start["key"] = key
    async with connect(f"{url}/v1/stream") as socket:
        await socket.send(json.dumps(start))
        sending = asyncio.create_task(send(socket))
        async for message in socket:
            print(line(json.loads(message)), flush=True)
        sending.cancel()


if __name__ == "__main__":
    asyncio.run(main())
