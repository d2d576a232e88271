"""Two replicas of Ray Serve and one, files of 30 s, in turns: what a second processor is worth there."""

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from benchmarks.result import Measurement, Result
from benchmarks.served import serving
from benchmarks.workspace import Workspace

MIN_SPEED_UP = 1.6
SECONDS_PER_FILE = 30.0
FILES = 60
PAIRS = 5
START_SECONDS = 240.0


def measure(workspace: Workspace) -> Measurement:
    sound = workspace.sound("mp3", SECONDS_PER_FILE)
    seconds: dict[str, list[float]] = {"one": [], "two": []}
    with ExitStack() as stack:
        services = {
            name: (stack.enter_context(_serving(workspace.models, replicas)), replicas)
            for name, replicas in (("one", 1), ("two", 2))
        }
        for url, clients in services.values():
            _work_off(url, sound, 8, clients)
        for _ in range(PAIRS):
            for name, (url, clients) in services.items():
                seconds[name].append(_work_off(url, sound, FILES, clients))
    speed_ups = [alone / together for alone, together in zip(seconds["one"], seconds["two"], strict=True)]
    result = Result("two Ray replicas / one", statistics.median(speed_ups), "x", at_least=MIN_SPEED_UP)
    per_minute = 60 * FILES / min(seconds["two"])
    return Measurement(
        [result, Result(f"files of {SECONDS_PER_FILE:g} s a minute, two Ray replicas", per_minute, "files")],
        {"wall_seconds": seconds, "speed_ups": speed_ups, "load_average": os.getloadavg()},
    )


@contextmanager
def _serving(models_dir: Path, replicas: int) -> Iterator[str]:
    flags = ("--engine", "ray", "--min-replicas", str(replicas))
    with serving(models_dir, replicas, *flags, start_seconds=START_SECONDS) as served:
        yield served.url


def _work_off(url: str, path: Path, files: int, clients: int) -> float:
    """As many clients as replicas, each of which asks again as soon as it has its answer."""
    sound = path.read_bytes()
    with httpx.Client(base_url=url, timeout=120) as client, ThreadPoolExecutor(clients) as pool:

        def ask(_number: int) -> int:
            return client.post("/v1/classify", params={"detail": "summary"}, content=sound).status_code

        started = time.perf_counter()
        statuses = list(pool.map(ask, range(files)))
        seconds = time.perf_counter() - started
    assert statuses == [200] * files, statuses
    return seconds
