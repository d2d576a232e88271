"""Rules of the house that no linter knows."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 400
MAX_BYTES = 8 * 1024 * 1024
SOUND_SUFFIXES = {".wav", ".mp3", ".ogg", ".opus", ".flac", ".m4a", ".au", ".aiff"}
VAGUE_NAMES = ("utils", "helpers", "manager", "misc", "common")


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """What git tracks, or would track; a source archive without git is taken whole."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() if listed.returncode == 0 else []
    found = [ROOT / name for name in names] or [path for path in ROOT.glob("*/**/*") if ".venv" not in str(path)]
    return [path for path in found if path.is_file()]


def test_files_are_small(files: list[Path]) -> None:
    assert len(files) > 50
    long = [path for path in files if path.suffix == ".py" and len(path.read_text("utf-8").splitlines()) > MAX_LINES]
    assert not long
    assert not [path for path in files if path.stat().st_size > MAX_BYTES]


def test_no_sound_is_committed(files: list[Path]) -> None:
    assert not [path for path in files if path.suffix.lower() in SOUND_SUFFIXES]


def test_names_say_what_is_inside(files: list[Path]) -> None:
    assert not [path for path in files if path.suffix == ".py" and any(word in path.stem for word in VAGUE_NAMES)]


def test_lock_files_have_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        pins = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
        assert len(pins) > 20
        assert text.count("--hash=sha256:") > len(pins)


def test_running_needs_no_training_library() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    assert "onnxruntime" in pinned
    assert not pinned & {"torch", "librosa", "scikit-learn", "onnx", "numba", "ray"}


def test_ci_runs_what_everyone_runs() -> None:
    assert "exec make test" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "make test" in (ROOT / "README.md").read_text("utf-8")
