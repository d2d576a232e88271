"""Memory of the whole server after many requests of all formats and lengths, against that after few; and its start."""

from itertools import cycle, islice
from pathlib import Path
from statistics import median

import httpx

from benchmarks.result import Measurement, Result
from benchmarks.served import serving
from benchmarks.workspace import Workspace

MAX_GROWTH = 1.10
MAX_READY_SECONDS = 2.5
FEW, MANY = 50, 500
STARTS = 5
SOUNDS = [(extension, seconds) for seconds in (3.0, 30.0, 90.0) for extension in ("mp3", "wav", "flac", "ogg", "m4a")]


def measure(workspace: Workspace) -> Measurement:
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
        Result("memory after 500 requests / after 50", after_many / after_few, "x", at_most=MAX_GROWTH),
        Result("memory of the server with two workers", after_many / 2**20, "MiB"),
        Result("start to ready", median(seconds), "s", at_most=MAX_READY_SECONDS),
    ]
    raw = {"after_few_bytes": after_few, "after_many_bytes": after_many, "seconds_to_ready": seconds}
    return Measurement(results, raw)


def _post_all(client: httpx.Client, paths: list[Path]) -> None:
    for path in paths:
        response = client.post("/v1/classify", content=path.read_bytes())
        assert response.status_code == 200, response.text
