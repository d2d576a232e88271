"""Two replicas of Ray Serve and one, files of 30 s, in turns: what a second processor is worth there.

Each is started anew for its turn: a Ray that waits takes a tenth of a processor."""

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.measurement import BenchmarkResult, Measurement
from benchmarks.served import serving
from benchmarks.workspace import Workspace

MIN_SPEED_UP = 1.6
SECONDS_PER_FILE = 30.0
WARM_UP_FILES, FILES = 16, 90
PAIRS = 5
START_SECONDS = 240.0


def measure(workspace: Workspace) -> Measurement:
    sound = workspace.sound("mp3", SECONDS_PER_FILE)
    seconds: dict[str, list[float]] = {"one": [], "two": []}
    for _ in range(PAIRS):
        for name, replicas in (("one", 1), ("two", 2)):
            with _serving(workspace.models, replicas) as url:
                _work_off(url, sound, WARM_UP_FILES, replicas)
                seconds[name].append(_work_off(url, sound, FILES, replicas))
    speed_ups = [alone / together for alone, together in zip(seconds["one"], seconds["two"], strict=True)]
    result = BenchmarkResult("two Ray replicas / one", statistics.median(speed_ups), "x", at_least=MIN_SPEED_UP)
    per_minute = 60 * FILES / min(seconds["two"])
    return Measurement(
        [result, BenchmarkResult(f"files of {SECONDS_PER_FILE:g} s a minute, two Ray replicas", per_minute, "files")],
        {"wall_seconds": seconds, "speed_ups": speed_ups, "load_average": os.getloadavg()},
    )


@contextmanager
def _serving(models_dir: Path, replicas: int) -> Iterator[str]:
    flags = ("--engine", "ray", "--min-replicas", str(replicas))
    with serving(models_dir, replicas, *flags, start_seconds=START_SECONDS) as served:
        yield served.url


def _work_off(url: str, path: Path, files: int, clients: int) -> float:
    """As many clients as replicas; each asks again as soon as it has its answer."""
    sound, address = path.read_bytes(), urlsplit(url).netloc

    def ask(times: int) -> None:
        with closing(HTTPConnection(address, timeout=120)) as connection:  # light: it is on the same processors
            for _ in range(times):
                connection.request("POST", "/v1/classify?detail=summary", sound)
                response = connection.getresponse()
                response.read()
                assert response.status == HTTPStatus.OK, response.status

    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        list(pool.map(ask, [files // clients] * clients))
        return time.perf_counter() - started
