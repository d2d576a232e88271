"""A server for benchmarks: `earmark serve` as a process of its own on the loopback, and what its processes take."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

START_SECONDS = 60.0


class Served:
    def __init__(self, process: "subprocess.Popen[str]", url: str, seconds_to_ready: float) -> None:
        self.url = url
        self.seconds_to_ready = seconds_to_ready
        self._front = psutil.Process(process.pid)

    def front_seconds(self) -> float:
        """Processor time of the process that speaks HTTP."""
        return _own_seconds(self._front)

    def all_seconds(self) -> float:
        """The same with its workers."""
        return sum(_own_seconds(one) for one in (self._front, *self._front.children(recursive=True)))

    def memory_bytes(self) -> int:
        """What all processes have of their own: pages that they share are not counted."""
        return sum(one.memory_full_info().uss for one in (self._front, *self._front.children(recursive=True)))


@contextmanager
def serving(models_dir: Path, workers: int, *flags: str, start_seconds: float = START_SECONDS) -> Iterator[Served]:
    """From the moment that it listens."""
    words = ["serve", "--port", "0", "--workers", str(workers), "--models-dir", str(models_dir), *flags]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "service.cli", *words], stderr=subprocess.PIPE, text=True)
    stopped = threading.Timer(start_seconds, process.kill)
    stopped.start()
    try:
        url = _address(process)
        seconds = time.perf_counter() - started
        stopped.cancel()
        threading.Thread(target=_drain, args=(process,), daemon=True).start()
        yield Served(process, url, seconds)
    finally:
        stopped.cancel()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == os.EX_OK
        assert process.stderr
        process.stderr.close()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr
    for line in process.stderr:
        entry = json.loads(line)
        if entry["message"] == "listening":
            address: str = entry["address"]
            return address
    raise RuntimeError("the server did not start")


def _drain(process: "subprocess.Popen[str]") -> None:
    assert process.stderr
    for _ in process.stderr:
        pass


def _own_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
