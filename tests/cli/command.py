"""The command `earmark` as a process of its own, as a shell would run it."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

Completed = subprocess.CompletedProcess[str]

EARMARK = str(Path(sys.executable).with_name("earmark"))


def environment(models: Path | None, **more: str) -> dict[str, str]:
    """Streams are buffered, as they are by default."""
    return {**os.environ, "PYTHONUNBUFFERED": "", **({"EARMARK_MODELS_DIR": str(models)} if models else {}), **more}


def earmark(*arguments: object, models: Path | None = None, **settings: Any) -> Completed:
    """`settings` go to subprocess.run: `cwd`, another `stdout`, more of the environment as `env`."""
    env = environment(models, **{"COLUMNS": "120", **settings.pop("env", {})})
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings}
    command = [EARMARK, *map(str, arguments)]
    return subprocess.run(command, text=True, encoding="utf-8", env=env, timeout=120, check=False, **streams)


def on_a_terminal(*arguments: object, models: Path, cwd: Path | None = None, both: bool = False) -> str:
    """What a real pseudo-terminal gets: stdout alone, or both streams."""
    leader, follower = pty.openpty()
    command = [EARMARK, *map(str, arguments)]
    env = environment(models, COLUMNS="200", TERM="xterm")
    stderr = follower if both else subprocess.DEVNULL
    with subprocess.Popen(command, stdout=follower, stderr=stderr, env=env, cwd=cwd) as process:
        os.close(follower)
        pieces = []
        while True:
            try:
                piece = os.read(leader, 65_536)
            except OSError:  # the last writer is gone
                break
            if not piece:
                break
            pieces.append(piece)
        assert process.wait(60) == 0
    os.close(leader)
    return b"".join(pieces).decode()


def in_a_shell(line: str, models: Path) -> Completed:
    """`line` may redirect; `$EARMARK` in it is the command."""
    env = environment(models, EARMARK=EARMARK)
    return subprocess.run(["sh", "-c", line], text=True, capture_output=True, env=env, timeout=120, check=False)
