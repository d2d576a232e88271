"""Measures what is promised: python -m benchmarks [NAME ...] [--strict] [--json FILE]."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import http_server, many_files, process_cost, queueing, ray_replicas, stages, whole_answer
from benchmarks.measurement import Benchmark, Measurement, surroundings, table
from benchmarks.workspace import Workspace

BENCHMARKS: dict[str, Benchmark] = {
    "whole_answer": whole_answer.measure,
    "stages": stages.measure,
    "startup": process_cost.measure_startup,
    "workers": many_files.measure_workers,
    "memory": process_cost.measure_memory,
    "http_cost": http_server.measure_cost,
    "http_load": http_server.measure_load,
    "http_memory": http_server.measure_memory,
    "library": many_files.measure_library,
    "ray_serve": ray_replicas.measure,
    "service_times": queueing.measure_service_times,
}


def main() -> int:
    arguments = _parser().parse_args()
    names = arguments.names or list(BENCHMARKS)
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder:
        workspace = Workspace(Path(folder))
        measured = {name: _measure(name, workspace) for name in names}
    results = [result for measurement in measured.values() for result in measurement.results]
    for measurement in measured.values():
        if measurement.details:
            print(f"{measurement.details}\n")
    missed = [result.name for result in results if result.missed]
    if results:
        print(table(["", "measured", "target", ""], [result.row for result in results]))
        print(f"\nMISSED: {', '.join(missed)}" if missed else "\nEvery target is reached.")
    _write(arguments.json, measured)
    return 1 if missed and arguments.strict else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--strict", action="store_true", help="exit with status 1 if a target is missed")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), metavar="FILE")
    return parser


def _measure(name: str, workspace: Workspace) -> Measurement:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    return BENCHMARKS[name](workspace)


def _write(path: Path, measured: dict[str, Measurement]) -> None:
    document = {
        "surroundings": surroundings(),
        "results": [
            {"name": one.name, "value": one.value, "unit": one.unit, "target": one.target, "verdict": one.verdict}
            for measurement in measured.values()
            for one in measurement.results
        ],
        "raw": {name: measurement.raw for name, measurement in measured.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
