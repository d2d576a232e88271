"""Many clients at once: throughput against one client, errors, and whether health checks are still answered in time."""

import asyncio
import os
import time
from collections import Counter

import httpx

from benchmarks.result import Measurement, Result
from benchmarks.served import serving
from benchmarks.workspace import Workspace

MIN_SPEED_UP = 1.7
MAX_HEALTH_MS = 50.0
CLIENTS = 32
SECONDS = 30.0
ALONE_SECONDS = 10.0
HEALTH_EVERY_SECONDS = 0.05


def measure(workspace: Workspace) -> Measurement:
    sound = workspace.sound("mp3", 30.0).read_bytes()
    with serving(workspace.models, workers=2) as served:
        asyncio.run(_load(served.url, sound, 2, 2.0))
        before = asyncio.run(_load(served.url, sound, 1, ALONE_SECONDS))
        together, health = asyncio.run(_watched(served.url, sound))
        after = asyncio.run(_load(served.url, sound, 1, ALONE_SECONDS))
    alone_rate = (before[200] + after[200]) / (2 * ALONE_SECONDS)
    health_ms = sorted(1000 * seconds for seconds in health)
    unexpected = sum(count for status, count in together.items() if status not in {200, 429, 503})
    results = [
        Result(f"{CLIENTS} clients / one", together[200] / SECONDS / alone_rate, "x", at_least=MIN_SPEED_UP),
        Result("answers a second, one client", alone_rate, "files"),
        Result("errors but 429 and 503", unexpected, "", at_most=0),
        Result("/health/live meanwhile, 99 %", health_ms[int(0.99 * len(health_ms))], "ms", at_most=MAX_HEALTH_MS),
    ]
    raw = {"alone": [dict(before), dict(after)], "together": dict(together), "health_ms": health_ms}
    return Measurement(results, {**raw, "load_average": os.getloadavg()})


async def _watched(url: str, sound: bytes) -> tuple["Counter[int]", list[float]]:
    health: list[float] = []
    watching = asyncio.create_task(_watch(url, health))
    statuses = await _load(url, sound, CLIENTS, SECONDS)
    watching.cancel()
    return statuses, health


async def _load(url: str, sound: bytes, clients: int, seconds: float) -> "Counter[int]":
    """Statuses of all requests that `clients` get answered, each asking again as soon as it can."""
    statuses: Counter[int] = Counter()
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=clients)) as client:

        async def ask() -> None:
            while time.monotonic() < end:
                response = await client.post("/v1/classify?detail=summary", content=sound)
                if response.status_code != 200:
                    assert "retry-after" in response.headers, response.text
                    await asyncio.sleep(float(response.headers["retry-after"]))
                elif time.monotonic() > end:
                    return  # answered too late to be counted
                statuses[response.status_code] += 1

        await asyncio.gather(*(ask() for _ in range(clients)))
    return statuses


async def _watch(url: str, seconds: list[float]) -> None:
    """Over a connection of its own for each check, as a balancer would."""
    address = httpx.URL(url)
    head = f"GET /health/live HTTP/1.1\r\nHost: {address.host}\r\nConnection: close\r\n\r\n"
    while True:
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(head.encode())
        answer = await reader.read()
        seconds.append(time.perf_counter() - started)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        writer.close()
        await asyncio.sleep(HEALTH_EVERY_SECONDS)
