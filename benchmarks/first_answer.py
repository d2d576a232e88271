"""Run as a process of its own: import, load and verify the models, answer for one file, end."""

import sys
from pathlib import Path

from benchmarks.answer import whole_answer
from service.engine import Engine
from service.settings import Settings


def main() -> None:
    models, path = map(Path, sys.argv[1:])
    whole_answer(Engine.load(Settings(models_dir=models)), path)


if __name__ == "__main__":
    main()
