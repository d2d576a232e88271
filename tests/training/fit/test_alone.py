"""Two processes do not write the same checkpoints."""

import os
import subprocess
import sys
from pathlib import Path

from training.fit.checkpoint import alone_in

CODE = "import sys, pathlib, training.fit.checkpoint as it\nwith it.alone_in(pathlib.Path(sys.argv[1])): print('alone')"


def another(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, folder], capture_output=True, text=True, timeout=180, check=False
    )


def test_a_second_run_learns_of_the_first(tmp_path: Path) -> None:
    with alone_in(tmp_path):
        assert f"FolderInUse: Process {os.getpid()} is fitting in {tmp_path}." in another(tmp_path).stderr
    assert another(tmp_path).stdout == "alone\n"
