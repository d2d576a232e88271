"""The walk of docs/models.md, line by line: from a folder of sound for each class to an answer over HTTP."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.contract.test_docs import page
from tests.http.server import serving
from tests.tones import RATE, noise, tone

SECTION = page("docs/models.md").split("## Your own in five minutes")[1]
PLACES = {".venv-dev/bin/python": sys.executable, ".venv/bin/earmark": f"{sys.executable} -m service.cli"}
SERVE = ".venv/bin/earmark serve --models-dir mine"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)


def shell(lines: str, folder: Path) -> str:
    """What the lines print. The interpreter is the one that runs the tests."""
    for written, here in PLACES.items():
        lines = lines.replace(written, " ".join(map(shlex.quote, here.split(" "))))
    done = subprocess.run(
        ["sh", "-e", "-c", lines], cwd=folder, env=os.environ, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of sound, as the page draws it."""
    root, random = tmp_path_factory.mktemp("own"), np.random.default_rng(4)
    for label, lowest, highest in (("hum", 80, 200), ("whistle", 1_500, 4_000)):
        (root / "sounds" / label).mkdir(parents=True)
        for name in "abcdefgh":
            sound = tone(random.uniform(lowest, highest), 2, amplitude=0.3)
            floor = noise(2, amplitude=0.01, seed=int(random.integers(1_000)))
            soundfile.write(root / "sounds" / label / f"{name}.wav", sound + floor, RATE)
    return root


def test_what_sets_up_the_interpreters_comes_first() -> None:
    """The walk below is not taken by them, so that it could not tell."""
    before_all, *_ = SECTION.split("```")
    for target, written in zip(("dev", "run"), PLACES, strict=True):
        assert f"`make {target}`" in before_all
        assert f"`{written.partition('/')[0]}`" in before_all


def test_the_page_leads_from_folders_to_an_answer(folder: Path) -> None:
    (recipe,) = blocks("toml")
    (folder / "whistles.toml").write_text(recipe, "utf-8")
    make, ask = blocks("sh")
    before, served = make.split(SERVE)
    assert not served.strip()
    told = shell(before, folder)
    assert "Written: mine/whistles/1.0.0" in told
    with serving(folder / "mine", "--workers", "1") as server:
        line = ask.replace("http://127.0.0.1:8000", server.url)
        for label, asked in (("hum", line), ("whistle", line.replace("hum/a.wav", "whistle/b.wav"))):
            answer = json.loads(shell(asked, folder))
            assert "gate" in answer, answer
            gate = answer["gate"]
            assert set(gate) == {"hum", "whistle"}
            assert max(gate, key=gate.__getitem__) == label
