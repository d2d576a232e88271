"""Runs an image the way docker-compose.yml says, by runc: the same kernel features, without an engine around them."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tests.container.images import ROOT, Images

UNITS = {"k": 2**10, "m": 2**20, "g": 2**30}
PERIOD_MICROSECONDS = 100_000
MOST_SHARES = 262_144
"""It goes before what else the machine does, as if it were alone there."""
START_SECONDS, END_SECONDS = 60.0, 60.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service of docker-compose.yml may do."""

    environment: dict[str, str]
    tmpfs: dict[str, list[str]]
    """Mount options, by path."""
    cpus: float
    memory_bytes: int
    pids: int


def terms_of(service: str) -> Terms:
    said = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"][service]
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["security_opt"] == ["no-new-privileges:true"]
    limits = said["deploy"]["resources"]["limits"]
    tmpfs = dict(entry.split(":") for entry in said["tmpfs"])
    return Terms(
        environment=said["environment"],
        tmpfs={path: options.split(",") for path, options in tmpfs.items()},
        cpus=float(limits["cpus"]),
        memory_bytes=in_bytes(limits["memory"]),
        pids=limits["pids"],
    )


def in_bytes(size: str) -> int:
    found = re.fullmatch(r"(\d+)([kmg])i?b?", size.lower())
    assert found, size
    return int(found[1]) * UNITS[found[2]]


@dataclass(frozen=True, slots=True)
class Container:
    process: "subprocess.Popen[bytes]"
    """Of runc, which ends as the container does."""
    name: str
    state: Path
    pid: int
    """Of the container's first process."""
    log: Path
    began: float
    """By the monotonic clock."""

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return self.ask("/health/ready").returncode == 0

    def classify(self, sound: Path, query: str = "detail=chunks") -> Any:
        done = self.ask(f"/v1/classify?{query}", "--data-binary", f"@{sound}", seconds=300)
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout)

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """A command beside it, in the same container."""
        return subprocess.run(
            [runc(), f"--root={self.state}", "exec", self.name, *command], capture_output=True, text=True, check=False
        )

    def ask(self, path: str, *options: str, seconds: float = 60.0) -> "subprocess.CompletedProcess[bytes]":
        """By curl, from within its network, where there is nothing but the container itself."""
        command = ["nsenter", f"--net=/proc/{self.pid}/ns/net", "curl", "--silent", "--show-error", "--fail-with-body"]
        command += ["--max-time", str(seconds), *options, f"http://127.0.0.1:8000{path}"]
        return subprocess.run(command, capture_output=True, check=False)

    def usage(self, controller: str, name: str) -> int:
        """A number of its control group."""
        lines = Path(f"/proc/{self.pid}/cgroup").read_text().splitlines()
        (path,) = [line.split(":")[2] for line in lines if controller in line.split(":")[1].split(",")]
        return int(Path(f"/sys/fs/cgroup/{controller}{path}/{name}").read_text())

    def terminate(self) -> int:
        os.kill(self.pid, signal.SIGTERM)
        return self.process.wait(END_SECONDS)


@contextmanager
def running(images: Images, image: str, terms: Terms, *arguments: str) -> Iterator[Container]:
    """The image's own command, or its entry point with these arguments."""
    config = images.config(image)
    command = [*(config["Entrypoint"] or []), *(arguments or config["Cmd"])]
    name = f"earmark-{uuid.uuid4().hex[:8]}"
    with images.mounted(image) as root, TemporaryDirectory() as folder:
        bundle, state, log = Path(folder) / "bundle", Path(folder) / "state", Path(folder) / "log"
        bundle.mkdir()
        (bundle / "config.json").write_text(json.dumps(specification(config, command, root, terms)))
        pid_file = Path(folder) / "pid"
        words = [runc(), f"--root={state}", "run"]
        words += [f"--bundle={bundle}", f"--pid-file={pid_file}", name]
        began = time.monotonic()
        with log.open("wb") as output, subprocess.Popen(words, stdout=output, stderr=output) as process:
            try:
                yield Container(process, name, state, _pid(pid_file, process, log), log, began)
            finally:
                if process.poll() is None:
                    with suppress(ProcessLookupError, FileNotFoundError, ValueError):
                        os.kill(int(pid_file.read_text()), signal.SIGKILL)
                    process.wait(END_SECONDS)
                subprocess.run([runc(), f"--root={state}", "delete", "--force", name], capture_output=True, check=False)


def specification(config: Any, command: list[str], root: Path, terms: Terms) -> dict[str, Any]:
    """The runtime's own form of it: https://specs.opencontainers.org/runtime-spec."""
    user, group = map(int, config["User"].split(":"))
    environment = dict(entry.split("=", 1) for entry in config["Env"]) | terms.environment
    none: list[str] = []
    return {
        "ociVersion": "1.0.2",
        "root": {"path": str(root), "readonly": True},
        "hostname": "earmark",
        "process": {
            "user": {"uid": user, "gid": group},
            "args": command,
            "env": [f"{name}={value}" for name, value in environment.items()],
            "cwd": config["WorkingDir"] or "/",
            "capabilities": dict.fromkeys(("bounding", "effective", "inheritable", "permitted", "ambient"), none),
            "noNewPrivileges": True,
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "nodev", "size=64m"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
            {
                "destination": "/sys/fs/cgroup",
                "type": "cgroup",
                "source": "cgroup",
                "options": ["nosuid", "nodev", "ro"],
            },
            *(
                {"destination": path, "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", *options]}
                for path, options in terms.tmpfs.items()
            ),
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "network", "ipc", "uts")],
            "resources": {
                "cpu": {
                    "quota": round(terms.cpus * PERIOD_MICROSECONDS),
                    "period": PERIOD_MICROSECONDS,
                    "shares": MOST_SHARES,
                },
                "memory": {"limit": terms.memory_bytes},
                "pids": {"limit": terms.pids},
            },
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/sched_debug", "/sys/firmware"],
            "readonlyPaths": ["/proc/sys", "/proc/irq", "/proc/bus"],
        },
    }


def runc() -> str:
    found = shutil.which("runc")
    assert found, "runc is missing. Install it with: apt-get install runc"
    return found


def _pid(pid_file: Path, process: "subprocess.Popen[bytes]", log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(FileNotFoundError, ValueError):
            return int(pid_file.read_text())
        time.sleep(0.005)
    raise AssertionError(f"it did not start: {log.read_text()}")
