"""Processors and memory, as far as this process may have them."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from service.cli.doctor.finding import Finding
from service.cpus import usable_cpus
from service.http.settings import MEBIBYTE, ServerSettings

TOPIC = "machine"
WORKER_BYTES = 200 * MEBIBYTE
"""What a worker with three models takes while it listens, and some room."""
_MEMORY = Path("/proc/meminfo")
_GROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Of cgroup v2, and of v1."""


def machine(settings: ServerSettings, memory_file: Path = _MEMORY) -> Iterator[Finding]:
    system = f"{platform.system()} {platform.machine()}"
    yield Finding(TOPIC, "ok", f"Earmark {version('earmark')}, Python {platform.python_version()}, {system}")
    yield _processors(settings)
    yield _memory(settings, memory_file)


def _processors(settings: ServerSettings) -> Finding:
    usable, there = usable_cpus(), os.cpu_count() or 1
    says = f"{usable} of {there} processors may be used; {settings.worker_count} workers, each with one thread"
    if settings.worker_count > usable:
        remedy = f"More workers than processors gain nothing: set EARMARK_WORKERS to {usable}, or 0 for as many."
        return Finding(TOPIC, "warning", says, remedy)
    return Finding(TOPIC, "ok", says)


def _memory(settings: ServerSettings, memory_file: Path) -> Finding:
    available = _available_bytes(memory_file)
    needed = settings.worker_count * WORKER_BYTES
    if available is None:
        return Finding(
            TOPIC, "ok", f"how much memory is free cannot be told here; the workers need some {_mib(needed)}"
        )
    says = f"{_mib(available)} of memory are free; the workers need some {_mib(needed)}"
    if available < needed:
        return Finding(TOPIC, "warning", says, "Close other programs, or set EARMARK_WORKERS to fewer.")
    return Finding(TOPIC, "ok", says)


def _available_bytes(memory_file: Path) -> int | None:
    """What the machine has left, or the group's limit if that is less."""
    try:
        lines = dict(line.split(":") for line in memory_file.read_text().splitlines())
        found = [int(lines["MemAvailable"].split()[0]) * 1024]
    except (OSError, ValueError, KeyError):
        return None
    for limit in _GROUP_LIMITS:
        try:
            found.append(int(limit.read_text()))
        except (OSError, ValueError):  # there is none, or it is "max"
            continue
    return min(found)


def _mib(count: int) -> str:
    return f"{count // MEBIBYTE:,} MiB"
