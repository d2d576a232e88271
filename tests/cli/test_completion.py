"""TAB in a real bash, after `earmark --install-completion`."""

import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import EARMARK

PATIENCE_SECONDS = 30


class Shell:
    """An interactive bash on a pseudo-terminal."""

    def __init__(self, home: Path) -> None:
        self._leader, follower = pty.openpty()
        folder = str(Path(EARMARK).parent)
        env = {"HOME": str(home), "PATH": f"{folder}:/usr/bin:/bin", "TERM": "dumb", "INPUTRC": "/dev/null"}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "-i"],
            stdin=follower, stdout=follower, stderr=follower, env=env, cwd=home, start_new_session=True,
        )  # fmt: skip
        os.close(follower)
        os.set_blocking(self._leader, False)

    def type(self, text: str, awaited: str) -> str:
        """What the terminal shows from then on, until it has shown a match of `awaited`."""
        os.write(self._leader, text.encode())
        deadline = time.monotonic() + PATIENCE_SECONDS
        shown = ""
        while not re.search(awaited, shown):
            assert time.monotonic() < deadline, f"{text!r} gave {shown!r}"
            try:
                shown += os.read(self._leader, 65_536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)
        return shown

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._leader)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """One whose completion was installed by the command itself, as a user would."""
    home = tmp_path_factory.mktemp("home")
    (home / "some song.flac").touch()
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", f"{EARMARK} --install-completion; exit $?"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "bash completion installed" in done.stdout
    one = Shell(home)
    try:
        one.type("PS1='> '; echo re''ady\n", "ready")
        yield one
    finally:
        one.close()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("earmark cl", "earmark classify "),
        ("earmark classify --format tex", "textgrid "),
        ("earmark classify --detail su", "summary "),
        ("earmark serve --log-level w", "warning "),
        ("earmark classify some", r"some\\ song.flac "),
    ],
)
def test_tab_completes(shell: Shell, typed: str, completed: str) -> None:
    shell.type(f"{typed}\t", completed)
    shell.type("\x15\n", "> ")  # clears the line


def test_completing_imports_nothing_that_takes_long() -> None:
    heavy = {"onnxruntime", "numpy", "scipy", "soundfile", "av", "fastapi", "uvicorn", "ray", "pyarrow", "fsspec"}
    program = f"import sys, service.cli.commands; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
