"""Where the time goes: every stage of an analysis by itself, and the whole, in turns."""

from benchmarks.clock import Times, interleaved, medians
from benchmarks.pipeline import Pipeline
from benchmarks.result import Measurement
from benchmarks.table import table
from benchmarks.workspace import Workspace
from service.engine import Engine

EXTENSIONS = ("mp3", "wav")
ROUNDS = 7


def measure(workspace: Workspace) -> Measurement:
    engine = Engine.load(workspace.settings)
    raw: dict[str, Times] = {}
    tables = []
    for extension in EXTENSIONS:
        pipeline = Pipeline(engine, workspace.sound(extension))
        calls = {
            "decode": pipeline.decode,
            "resample": pipeline.resample,
            "mix": pipeline.mix,
            "meter": pipeline.meter,
            "silence": pipeline.silence,
            "log-mel": pipeline.log_mel,
            "ear": pipeline.ear,
            "heads": pipeline.heads,
            "sum up": pipeline.sum_up,
            "write": pipeline.write,
            "whole": pipeline.whole,
        }
        times = raw[extension] = interleaved(calls, ROUNDS)
        tables.append(_table(extension, medians(times)))
    return Measurement([], {"cpu_seconds": raw}, "\n\n".join(tables))


def _table(extension: str, middle: dict[str, float]) -> str:
    stages = {
        "decode": middle["decode"],
        "resample to 16 kHz": middle["resample"],
        "mix to mono": middle["mix"],
        "meter: peaks, damage": middle["meter"],
        "silence map": middle["silence"],
        "log-mel": middle["log-mel"],
        "ear, ONNX": middle["ear"],
        "heads, ONNX": middle["heads"],
        "averages, segments": middle["sum up"],
        "JSON": middle["write"],
    }
    whole = middle["whole"]
    stages["windows, routing, between the stages"] = whole - sum(stages.values())
    rows = [[name, f"{1000 * seconds:.1f}", f"{100 * seconds / whole:.1f} %"] for name, seconds in stages.items()]
    rows.append(["whole answer", f"{1000 * whole:.1f}", "100.0 %"])
    return table([f"{extension}, five minutes", "ms", "share"], rows)
