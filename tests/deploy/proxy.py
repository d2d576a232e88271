"""A real nginx with deploy/proxy/nginx.conf, in front of replicas on this machine."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.deploy.manifests import ROOT
from tests.workers.waiting import wait_for

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Proxy:
    address: Address
    access_log: Path

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=180, trust_env=False)

    def logged(self, count: int) -> list[dict[str, Any]]:
        """The first so many lines, once they are there."""
        wait_for(lambda: self.access_log.read_text().count("\n") >= count)
        return [json.loads(line) for line in self.access_log.read_text().splitlines()[:count]]


@contextmanager
def proxying(folder: Path, replicas: Sequence[Address]) -> Iterator[Proxy]:
    """Yields once it listens. The file of replicas is our own: no name server of Docker is here."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert nginx, "The tests need nginx. Install it with: apt-get install nginx-light"
    address = ("127.0.0.1", free_port())
    access_log = folder / "access.log"
    config = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text("utf-8")
    for ours, here in {
        "listen 8080;": f"listen {address[0]}:{address[1]};",
        " /tmp/": f" {folder}/",
        "/dev/stdout": str(access_log),
    }.items():
        assert ours in config
        config = config.replace(ours, here)
    shipped = (ROOT / "deploy" / "proxy" / "replicas.conf").read_text("utf-8")
    (found,) = [line for line in shipped.splitlines() if line.strip().startswith("server ")]
    servers = "\n".join(found.replace("earmark:8000 resolve", f"{host}:{port}").strip() for host, port in replicas)
    (folder / "nginx.conf").write_text(config)
    (folder / "replicas.conf").write_text(f"upstream earmark {{ zone earmark 64k; least_conn; {servers} }}")
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    with (folder / "error.log").open("wb") as errors:
        command = [nginx, "-c", str(folder / "nginx.conf"), "-g", directives]
        process = subprocess.Popen(command, stderr=errors)
        try:
            wait_for(lambda: process.poll() is not None or answers(address))
            assert process.poll() is None, (folder / "error.log").read_text()
            yield Proxy(address, access_log)
        finally:
            process.terminate()
            process.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers(address: Address) -> bool:
    try:
        with socket.create_connection(address, 1):
            return True
    except OSError:
        return False
