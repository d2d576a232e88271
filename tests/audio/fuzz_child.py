"""The process that listens to mutants: python -m tests.audio.fuzz_child COUNT FOLDER; one JSON line each."""

import ctypes
import gc
import io
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from service.audio.accepted import Limits
from service.audio.sound import open_sound
from service.engine import Engine
from service.errors import DeadlineExceeded, EarmarkError
from service.settings import Settings
from tests.audio.mutants import Mutant, Nursery
from tests.tiny_models import write_tiny_models

SECONDS_PER_MUTANT = 5.0
ENGINE_EVERY = 19
"""No divisor of the number of kinds, so that each of them has its turn."""
REPORT_MEMORY_TIMES = 2


def main(count: int, folder: Path) -> None:
    engine = Engine.load(Settings(models_dir=write_tiny_models(folder / "models")))
    nursery, process = Nursery(), psutil.Process()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)
    say({"ready": True})
    for number in range(count):
        outcome = listen(nursery.mutant(number), engine, folder / "mutant")
        if (number + 1) % (count // REPORT_MEMORY_TIMES) == 0:
            gc.collect()
            trim(0)  # what was freed, and only kept at hand, is no leak
            outcome["rss_bytes"] = process.memory_info().rss
            outcome["peak_bytes"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        say(outcome)


def listen(mutant: Mutant, engine: Engine, path: Path) -> dict[str, Any]:
    """What became of it: "sound", the name of one of our errors, or "defect" with what happened instead."""
    started = time.monotonic()
    outcome: dict[str, Any] = {"number": mutant.number, "kind": mutant.kind, "damage": mutant.damage}
    try:
        path.write_bytes(mutant.data)
        source = path if mutant.turn % 2 else io.BytesIO(mutant.data)
        outcome["outcome"] = "sound"
        if mutant.number % ENGINE_EVERY == 0:
            engine.analyse(source)
        else:
            outcome["seconds"] = decode(source)
    except DeadlineExceeded as error:
        outcome |= {"outcome": "defect", "error": repr(error)}
    except EarmarkError as error:
        outcome["outcome"] = type(error).__name__
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what this looks for
        outcome |= {"outcome": "defect", "error": repr(error)}
    if outcome["outcome"] == "defect":
        path.rename(path.with_name(f"defect_{mutant.number}"))
    return outcome | {"wall_seconds": time.monotonic() - started}


def decode(source: Path | io.BytesIO) -> float:
    deadline = time.monotonic() + SECONDS_PER_MUTANT

    def checkpoint() -> None:
        if time.monotonic() > deadline:
            raise DeadlineExceeded(f"More than {SECONDS_PER_MUTANT} s for one mutant.")

    with open_sound(source, Limits(), checkpoint) as sound:
        for block in sound.mono_blocks():
            assert block.dtype == np.float32
            assert np.isfinite(block).all()
        return sound.decoded_seconds


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
