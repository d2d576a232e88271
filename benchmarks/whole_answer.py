"""Processor time of the whole answer, against its floor and against the usual way."""

from functools import partial

from benchmarks.answer import check_work, whole_answer
from benchmarks.clock import Calls, Times, interleaved, medians, ratio
from benchmarks.floor import floor
from benchmarks.naive import Naive
from benchmarks.result import Measurement, Result
from benchmarks.table import table
from benchmarks.workspace import SECONDS, Workspace
from service.engine import Engine
from service.types import Report

MAX_OVER_FLOOR: dict[str, float | None] = {"mp3": 1.65, "wav": 3.2, "flac": 1.75, "m4a": 1.8, "ogg": 1.7, "opus": None}
MIN_NAIVE_OVER_WHOLE = {"mp3": 5.0, "wav": 6.0}
ROUNDS = 7
NAIVE_ROUNDS = 3
SAME_ANSWER = 0.02
"""The usual way starts every chunk's frames anew, and its MP3 decoder starts some milliseconds later."""


def measure(workspace: Workspace) -> Measurement:
    engine = Engine.load(workspace.settings)
    results: list[Result] = []
    raw: dict[str, Times] = {}
    rows = []
    for extension, at_most in MAX_OVER_FLOOR.items():
        path = workspace.sound(extension)
        check_work(engine.analyse(path))
        calls: Calls = {"floor": partial(floor, path), "whole": partial(whole_answer, engine, path)}
        times = raw[extension] = interleaved(calls, ROUNDS)
        results.append(Result(f"whole answer / floor, {extension}", ratio(times, "whole", "floor"), "x", at_most))
        middle = medians(times)
        speeds = [f"{SECONDS / middle[name]:.0f}" for name in ("floor", "whole")]
        rows.append([extension, *(f"{1000 * middle[name]:.0f}" for name in ("floor", "whole")), *speeds])
    for extension, at_least in MIN_NAIVE_OVER_WHOLE.items():
        times = raw[f"{extension}, naive"] = _against_naive(workspace, engine, extension)
        results.append(
            Result(f"naive / whole answer, {extension}", ratio(times, "naive", "whole"), "x", None, at_least)
        )
        results.append(Result(f"naive on one thread / whole answer, {extension}", ratio(times, "naive1", "whole"), "x"))
        middle = medians(times)
        rows += [
            [f"{extension}, {name}", "", f"{1000 * middle[name]:.0f}", "", f"{SECONDS / middle[name]:.0f}"]
            for name in ("naive", "naive1")
        ]
    head = ["five minutes of", "floor ms", "whole ms", "floor x real time", "whole x real time"]
    models = [session.manifest.reference for session in engine.cascade.sessions.values()]
    return Measurement(
        results, {"cpu_seconds": raw, "models": models}, f"{table(head, rows)}\nModels: {', '.join(models)}"
    )


def _against_naive(workspace: Workspace, engine: Engine, extension: str) -> Times:
    path = workspace.sound(extension)
    naive, naive1 = (Naive(workspace.models, one_thread=one) for one in (False, True))
    _check_same(engine.analyse(path), naive1.answer(path))
    calls: Calls = {
        "whole": partial(whole_answer, engine, path),
        "naive1": partial(naive1.answer, path),
        "naive": partial(naive.answer, path),
    }
    return interleaved(calls, NAIVE_ROUNDS)


def _check_same(report: Report, naive: dict[str, float]) -> None:
    """The usual way does the same work: its averages are ours."""
    ours = report.branches["genre"].probabilities
    assert ours is not None
    difference = max(abs(ours[label] - probability) for label, probability in naive.items())
    assert difference < SAME_ANSWER, f"the averages differ by {difference:.4f}"
