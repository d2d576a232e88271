"""What the person at the terminal sees while a run goes on, and when it is stopped."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil

from tests.cli.command import EARMARK, environment, on_a_terminal


def test_no_bar_is_drawn_between_answers_on_a_terminal(album: Path, tiny_models: Path) -> None:
    screen = on_a_terminal("classify", album / "medley.flac", "--format", "ndjson", models=tiny_models, both=True)
    assert "\x1b" not in screen
    assert len(screen.splitlines()) == 13


def test_ctrl_c_says_so_and_leaves_nothing_behind(album: Path, tiny_models: Path, tmp_path: Path) -> None:
    """The terminal sends it to all processes of the group, here while they are being started."""
    os.mkfifo(tmp_path / "pipe")
    with (
        subprocess.Popen(
            [EARMARK, "classify", album, "--output", tmp_path / "pipe"],
            stderr=subprocess.PIPE,
            text=True,
            env=environment(tiny_models),
            process_group=0,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads here
        ) as process,
        (tmp_path / "pipe").open("rb"),
    ):
        while not [child for child in psutil.Process(process.pid).children() if "forkserver" in str(child.cmdline())]:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=180)
    assert process.returncode == 130
    assert errors == "Stopped.\n"
