"""`earmark serve` measured: what HTTP costs, many clients at once, memory after many requests."""

import asyncio
import os
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import httpx

from benchmarks.measurement import BenchmarkResult, Measurement
from benchmarks.served import Served, serving
from benchmarks.workspace import Workspace
from service.engine import Engine

MAX_SHARE = 0.05
MAX_LATENCY_RATIO = 1.3
LONG_REQUESTS = 20
SHORT_ROUNDS = 40

MIN_SPEED_UP = 1.7
MAX_HEALTH_MS = 50.0
CLIENTS = 32
SECONDS = 30.0
ALONE_SECONDS = 10.0
HEALTH_EVERY_SECONDS = 0.05

MAX_GROWTH = 1.10
MAX_READY_SECONDS = 2.5
FEW, MANY = 50, 500
STARTS = 5
SOUNDS = [(extension, seconds) for seconds in (3.0, 30.0, 90.0) for extension in ("mp3", "wav", "flac", "ogg", "m4a")]


def measure_cost(workspace: Workspace) -> Measurement:
    """What HTTP adds to an analysis: the server's share of processor time, and latency against the engine alone."""
    long, short = workspace.sound("mp3"), workspace.sound("mp3", 30.0)
    engine = Engine.load(workspace.settings)
    with serving(workspace.models, workers=1) as served, httpx.Client(base_url=served.url, timeout=120) as client:
        for _ in range(5):
            _post(client, short)
            engine.analyse(short)
        share, front, whole = _share(served, client, long)
        asked, alone = _latencies(client, engine, short)
    ratio = median(asked) / median(alone)
    results = [
        BenchmarkResult(
            "HTTP, form and JSON of a 5 min mp3, share of processor time", 100 * share, "%", at_most=100 * MAX_SHARE
        ),
        BenchmarkResult("30 s mp3, median latency / engine alone", ratio, "x", at_most=MAX_LATENCY_RATIO),
    ]
    return Measurement(
        results, {"front_seconds": front, "all_seconds": whole, "request_seconds": asked, "engine_seconds": alone}
    )


def _share(served: Served, client: httpx.Client, path: Path) -> tuple[float, float, float]:
    front, whole = served.front_seconds(), served.all_seconds()
    for _ in range(LONG_REQUESTS):
        _post(client, path)
    front, whole = served.front_seconds() - front, served.all_seconds() - whole
    return front / whole, front, whole


def _latencies(client: httpx.Client, engine: Engine, path: Path) -> tuple[list[float], list[float]]:
    """In turns, so that a noisy moment hits both."""
    asked, alone = [], []
    for _ in range(SHORT_ROUNDS):
        started = time.perf_counter()
        _post(client, path)
        between = time.perf_counter()
        engine.analyse(path)
        asked.append(between - started)
        alone.append(time.perf_counter() - between)
    return asked, alone


def _post(client: httpx.Client, path: Path) -> None:
    with path.open("rb") as file:
        response = client.post("/v1/classify", files={"file": (path.name, file)})
    assert response.status_code == 200, response.text


def measure_load(workspace: Workspace) -> Measurement:
    """Many clients at once: throughput against one client, errors, and whether health checks are answered in time."""
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
        BenchmarkResult(f"{CLIENTS} clients / one", together[200] / SECONDS / alone_rate, "x", at_least=MIN_SPEED_UP),
        BenchmarkResult("answers a second, one client", alone_rate, "files"),
        BenchmarkResult("errors but 429 and 503", unexpected, "", at_most=0),
        BenchmarkResult(
            "/health/live meanwhile, 99 %", health_ms[int(0.99 * len(health_ms))], "ms", at_most=MAX_HEALTH_MS
        ),
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


def measure_memory(workspace: Workspace) -> Measurement:
    """Memory of the whole server after many requests of all formats and lengths, and how long it takes to start."""
    paths = [workspace.sound(extension, seconds) for extension, seconds in SOUNDS]
    seconds = []
    for _ in range(STARTS):
        with serving(workspace.models, workers=2) as served:
            assert httpx.get(f"{served.url}/health/ready").status_code == 200
            seconds.append(served.seconds_to_ready)
    with serving(workspace.models, workers=2) as served, httpx.Client(base_url=served.url, timeout=120) as client:
        ask = cycle(paths)
        _post_all(client, list(islice(ask, FEW)))
        after_few = served.memory_bytes()
        _post_all(client, list(islice(ask, MANY - FEW)))
        after_many = served.memory_bytes()
    results = [
        BenchmarkResult("memory after 500 requests / after 50", after_many / after_few, "x", at_most=MAX_GROWTH),
        BenchmarkResult("memory of the server with two workers", after_many / 2**20, "MiB"),
        BenchmarkResult("start to ready", median(seconds), "s", at_most=MAX_READY_SECONDS),
    ]
    raw = {"after_few_bytes": after_few, "after_many_bytes": after_many, "seconds_to_ready": seconds}
    return Measurement(results, raw)


def _post_all(client: httpx.Client, paths: list[Path]) -> None:
    for path in paths:
        response = client.post("/v1/classify", content=path.read_bytes())
        assert response.status_code == 200, response.text
