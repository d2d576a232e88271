"""A server seen from outside: what it counts, and its processes."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from tests.http.server import Server, serving
from tests.workers.asking import seconds
from tests.workers.waiting import wait_for

CLASSIFY = "/v1/classify"
FINE_STEPS = {"hop_seconds": "0.1", "detail": "summary"}
"""They make a long sound last for a while."""

MORE_THAN_IDLE_SECONDS = 0.15
"""A worker that has only just started goes on with some of its start after it is ready."""


class Watched:
    """A server, a client of it, and threads for requests that take their time."""

    def __init__(self, server: Server, client: httpx.Client, threads: ThreadPoolExecutor) -> None:
        self.server = server
        self.client = client
        self.threads = threads

    def count(self, name: str) -> float:
        lines = self.client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def worker_pids(self) -> list[int]:
        """Those of live streams are among them."""
        children = psutil.Process(self.server.process.pid).children()
        return [worker.pid for child in children for worker in child.children()]

    def busy_pid(self) -> int:
        """The worker that is at work, once there is one; there must not be two."""
        before = {pid: seconds(pid) for pid in self.worker_pids()}
        found: list[int] = []

        def is_busy() -> bool:
            found[:] = [pid for pid in self.worker_pids() if seconds(pid) > before.get(pid, 0) + MORE_THAN_IDLE_SECONDS]
            return bool(found)

        wait_for(is_busy)
        return found[0]

    def kill_worker(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: pid not in self.worker_pids())


@contextmanager
def watched(models_dir: Path, *arguments: str) -> Iterator[Watched]:
    with (
        serving(models_dir, *arguments) as server,
        server.client() as client,
        ThreadPoolExecutor(16) as threads,
    ):
        yield Watched(server, client, threads)
