"""Run as a process of its own: how much memory one engine takes idle, and at its peak on one file."""

import json
import sys
from pathlib import Path

from benchmarks.answer import check_work, whole_answer
from benchmarks.workspace import MAX_SECONDS
from service.engine import Engine
from service.settings import Settings


def _status_kb(name: str) -> int:
    """A field of /proc/self/status: VmRSS now, VmHWM at its highest."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise AssertionError(f"no {name}")


def main() -> None:
    models, short, long = map(Path, sys.argv[1:])
    engine = Engine.load(Settings(models_dir=models, max_duration_seconds=MAX_SECONDS))
    loaded_kb = _status_kb("VmRSS")
    whole_answer(engine, short)
    idle_kb = _status_kb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # sets VmHWM back to VmRSS
    report = whole_answer(engine, long)
    peak_kb = _status_kb("VmHWM")
    check_work(report)
    print(json.dumps({"loaded_kb": loaded_kb, "idle_kb": idle_kb, "peak_kb": peak_kb, "chunks": len(report.chunks)}))


if __name__ == "__main__":
    main()
