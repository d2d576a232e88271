"""`earmark serve --engine ray` as tests watch it: its processes, and what it counts."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.http.server import Server
from tests.workers.waiting import wait_for

REPLICA = "ray::ServeReplica"
PROXY = "ray::ProxyActor"
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class RayService:
    server: Server

    def processes(self, title: str = "") -> list[psutil.Process]:
        """Below the one that was started, those whose title begins so."""
        found = []
        for one in psutil.Process(self.server.process.pid).children(recursive=True):
            try:
                if " ".join(one.cmdline()).startswith(title):
                    found.append(one)
            except psutil.NoSuchProcess:
                continue
        return found

    def workers(self) -> dict[psutil.Process, psutil.Process]:
        """Worker processes of the replicas for files, each with its replica."""
        replicas = [one for one in self.processes(REPLICA) if "earmark-files" in " ".join(one.cmdline())]
        return {worker: replica for replica in replicas if (worker := _worker_of(replica)) is not None}

    def count(self, name: str, part: str = "") -> float:
        """Sum of a metric over all sources whose name begins so."""
        with self.server.client() as client:
            families = text_string_to_metric_families(client.get("/metrics").text)
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if sample.labels["source"].startswith(part))

    def wait_until_whole(self) -> None:
        """Two replicas with idle workers."""
        wait_for(self._is_whole, PATIENCE_SECONDS)

    def _is_whole(self) -> bool:
        time.sleep(0.2)
        idle = self.count("earmark_workers_busy", "files") == 0 and self.count("earmark_queue") == 0
        return idle and len(self.workers()) == 2 and self.count("earmark_workers_ready", "files") == 2


def _worker_of(replica: psutil.Process) -> psutil.Process | None:
    """The youngest child of its fork server, which has no other."""
    try:
        servers = [one for one in replica.children() if "forkserver" in " ".join(one.cmdline())]
        workers = [worker for server in servers for worker in server.children()]
    except psutil.NoSuchProcess:
        return None
    return max(workers, key=lambda worker: worker.pid, default=None)


@contextmanager
def standing_still(*processes: psutil.Process) -> Iterator[None]:
    """Stopped in the middle of what they do, as if it took for ever."""
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.send_signal(signal.SIGCONT)
