"""What HTTP adds to an analysis: the front's share of processor time, and latency against the engine alone."""

import time
from pathlib import Path
from statistics import median

import httpx

from benchmarks.result import Measurement, Result
from benchmarks.served import Served, serving
from benchmarks.workspace import Workspace
from service.engine import Engine

MAX_SHARE = 0.05
MAX_LATENCY_RATIO = 1.3
LONG_REQUESTS = 20
SHORT_ROUNDS = 40


def measure(workspace: Workspace) -> Measurement:
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
        Result(
            "HTTP, form and JSON of a 5 min mp3, share of processor time", 100 * share, "%", at_most=100 * MAX_SHARE
        ),
        Result("30 s mp3, median latency / engine alone", ratio, "x", at_most=MAX_LATENCY_RATIO),
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
