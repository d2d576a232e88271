"""Earmark runs without Ray, and says what to install for it."""

import subprocess
import sys

WITHOUT = "import sys; sys.modules['ray'] = None; from service.cli import main; main()"


def test_what_to_install() -> None:
    command = [sys.executable, "-c", WITHOUT, "serve", "--engine", "ray"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "ray is missing" in done.stderr
    assert "-py3-none-any.whl[ray]'`" in " ".join(done.stderr.split())


def test_the_local_engine_does_not_import_it() -> None:
    command = [sys.executable, "-c", WITHOUT, "serve", "--help"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0
