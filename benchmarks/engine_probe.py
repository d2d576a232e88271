"""Run as a process of its own: an engine that listens to one file so many times; prints the wall seconds for each."""

import sys
import time
from pathlib import Path

from benchmarks.answer import check_work
from service.engine import Engine
from service.settings import Settings


def main() -> None:
    models, sound, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    engine = Engine.load(Settings(models_dir=models))
    started = time.perf_counter()
    for _ in range(times):
        check_work(engine.analyse(sound))
    print((time.perf_counter() - started) / times)


if __name__ == "__main__":
    main()
