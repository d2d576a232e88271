"""`earmark library --engine ray`: the same tables as without, whatever dies meanwhile."""

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from tests.cli.command import EARMARK, earmark, environment
from tests.library.tables import Tables
from tests.tones import RATE, medley
from tests.workers.waiting import wait_for

FILES = 40
START_SECONDS = 240.0
"""Ray takes a few seconds to start, and much longer on a machine that has other things to do."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    for number in range(FILES):
        soundfile.write(folder / f"{number:02}.wav", np.roll(medley(), number * RATE // 2), RATE)
    (folder / "broken.mp3").write_bytes(b"no sound")
    return folder


def test_an_actor_that_is_killed_costs_no_file(shelf: Path, tiny_models: Path, tmp_path: Path) -> None:
    local, output = tmp_path / "local.parquet", tmp_path / "ray.parquet"
    words = ("--models-dir", str(tiny_models), "--hop-seconds", "0.5")
    done = earmark("library", shelf, "--output", local, *words)
    assert done.returncode == 1, done.stderr
    command = [EARMARK, "library", str(shelf), "--output", str(output), "--engine", "ray", "--jobs", "2"]
    with subprocess.Popen(
        [*command, "--save-seconds", "0", *words], env=environment(None), text=True, stderr=subprocess.PIPE
    ) as process:
        try:
            wait_for(lambda: process.poll() is not None or saved(output), START_SECONDS)
            family = psutil.Process(process.pid).children(recursive=True)
            victim = next(one for one in family if "LibraryActor" in " ".join(one.cmdline()))
            os.kill(victim.pid, signal.SIGKILL)
            assert saved(output) < FILES, "it was through before an actor could be killed"
            _, said = process.communicate(timeout=START_SECONDS)
        finally:
            process.kill()
    assert process.returncode == 1, said
    assert said.endswith(f"{FILES} files analysed, 1 failed, 0.4 hours of sound.\n")
    assert "Traceback" not in said
    tables = Tables.read(output)
    assert tables.dangling() == []
    assert tables.same_as(Tables.read(local))
    assert len(tables.rows) == FILES + 1
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive


def saved(output: Path) -> int:
    return len(list((output.with_suffix(".chunks") / "_run").glob("part-*.files.parquet")))
