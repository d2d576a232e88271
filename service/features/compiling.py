"""The first use of what numba compiles: its files on disk break if two processes write them at once."""

import fcntl
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def use_first(module: ModuleType, use: Callable[[ModuleType], object]) -> None:
    """Once in each process, while no other one does. From then on what `use` has used is compiled, and only read."""
    with (Path(tempfile.gettempdir()) / f"earmark-compiles-{os.getuid()}").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        use(module)
