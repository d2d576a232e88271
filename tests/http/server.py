"""`earmark serve` as a process of its own, on a free port of the loopback."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 60.0


@dataclass(slots=True)
class Server:
    process: subprocess.Popen[str]
    url: str
    log: list[dict[str, Any]] = field(default_factory=list)
    """What it wrote, line by line."""

    @property
    def address(self) -> tuple[str, int]:
        url = httpx.URL(self.url)
        assert url.port is not None
        return url.host, url.port

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=180, trust_env=False, **options)

    def terminate(self, seconds: float = 60) -> int:
        """Its exit status after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@contextmanager
def serving(models_dir: Path, *arguments: str, **environment: str) -> Iterator[Server]:
    """Yields once it listens. Ends it if the test has not."""
    command = [sys.executable, "-m", "service.cli", "serve", "--port", "0", "--models-dir", str(models_dir), *arguments]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    )
    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
    log: list[dict[str, Any]] = []
    reader = threading.Thread(target=_read, args=(process, lines, log), daemon=True)
    reader.start()
    try:
        yield Server(process, _address(lines, log), log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(10)
        assert process.stderr
        process.stderr.close()


def _read(
    process: "subprocess.Popen[str]", lines: "queue.Queue[dict[str, Any] | None]", log: list[dict[str, Any]]
) -> None:
    assert process.stderr
    for line in process.stderr:
        try:
            entry = json.loads(line)
        except ValueError:
            entry = {"message": line}
        log.append(entry)
        lines.put(entry)
    lines.put(None)


def _address(lines: "queue.Queue[dict[str, Any] | None]", log: list[dict[str, Any]]) -> str:
    while True:
        entry = lines.get(timeout=START_SECONDS)
        assert entry is not None, f"the server ended: {log}"
        if entry["message"] == "listening":
            address: str = entry["address"]
            return address
