"""What benchmarks run as a process of its own: python -m benchmarks.probe NAME MODELS ARGUMENT ...

Its imports are those of an engine and no more: the processor time of the whole process is measured."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from service.engine import Engine
from service.formats import json_text
from service.formats.document import View
from service.settings import Settings
from service.types import Report


def whole_answer(engine: Engine, path: Path) -> Report:
    """As a user gets it: the report of a file, written as JSON."""
    report = engine.analyse(path)
    json_text.write(report, path.name, View())
    return report


def check_work(report: Report) -> None:
    """What is timed is the full price: no chunk was silent, and two models heard each."""
    assert report.chunks
    for chunk in report.chunks:
        heard = [name for name, scores in chunk.branches.items() if scores is not None]
        assert chunk.gate is not None, f"silent at {chunk.start} s"
        assert len(heard) == 1, f"heard by {heard} at {chunk.start} s"


def first_answer(models: str, sound: str) -> None:
    """Loads and verifies the models, answers for one file."""
    whole_answer(Engine.load(Settings(models_dir=Path(models))), Path(sound))


def repeated_answers(models: str, sound: str, times: str) -> None:
    """Analyses one file so many times; prints the wall seconds for each."""
    engine = Engine.load(Settings(models_dir=Path(models)))
    started = time.perf_counter()
    for _ in range(int(times)):
        check_work(engine.analyse(Path(sound)))
    print((time.perf_counter() - started) / int(times))


def peak_memory(models: str, short: str, long: str) -> None:
    """Prints how much memory one engine takes idle, and at its peak on one file."""
    from benchmarks.workspace import MAX_SECONDS

    engine = Engine.load(Settings(models_dir=Path(models), max_duration_seconds=MAX_SECONDS))
    loaded_kb = _status_kb("VmRSS")
    whole_answer(engine, Path(short))
    idle_kb = _status_kb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # sets VmHWM back to VmRSS
    report = whole_answer(engine, Path(long))
    peak_kb = _status_kb("VmHWM")
    check_work(report)
    print(json.dumps({"loaded_kb": loaded_kb, "idle_kb": idle_kb, "peak_kb": peak_kb, "chunks": len(report.chunks)}))


def _status_kb(name: str) -> int:
    """A field of /proc/self/status: VmRSS now, VmHWM at its highest."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise AssertionError(f"no {name}")


PROBES: dict[str, Callable[..., None]] = {
    "first_answer": first_answer,
    "repeated_answers": repeated_answers,
    "peak_memory": peak_memory,
}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    PROBES[name](*arguments)
