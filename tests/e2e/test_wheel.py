"""The wheel, built and installed where there is nothing but its locked dependencies, and used from an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
import soundfile

from tests.e2e.made_sound import RATE, chords

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment of its own."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    borrow_locked(packages)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python")]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True)
    subprocess.run([*pip, "check"], check=True, capture_output=True)
    return folder / "bin"


def borrow_locked(packages: Path) -> None:
    """Links what requirements.lock names, and nothing else, from the environment that runs this test."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name, rest in re.findall(r"^([\w.-]+)==(.*)$", lock, re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            assert ";" in rest, f"{name} is in requirements.lock but not installed; run make dev"
            continue
        for top in {Path(file).parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            link = packages / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))).resolve())


def run(command: list[str | Path], folder: Path, **environment: str) -> str:
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "EARMARK_", "VIRTUAL_"))
    }
    done = subprocess.run(
        command, cwd=folder, env={**ours, **environment}, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def song(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "song.wav", chords(), RATE)
    return tmp_path / "song.wav"


def test_it_holds_the_code_the_models_and_the_licences(wheel: Path) -> None:
    assert wheel.name == f"earmark-{VERSION}-py3-none-any.whl"
    assert all(wheel.name in (ROOT / page).read_text("utf-8") for page in ("README.md", "docs/python.md"))
    with ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    information = f"earmark-{VERSION}.dist-info"
    assert {name.split("/")[0] for name in files} == {"earmark", "service", "training", information}
    assert {f"{information}/licenses/LICENSE", f"{information}/licenses/NOTICE"} <= set(files)
    assert {"earmark/py.typed", "service/py.typed"} <= set(files)
    models = {name.removeprefix("service/models/"): data for name, data in files.items() if "/models/" in name}
    here = {path.relative_to(ROOT / "models"): path for path in (ROOT / "models").rglob("*") if path.is_file()}
    assert models == {str(name): path.read_bytes() for name, path in here.items()}


def test_nothing_of_the_checkout_is_reached(installed: Path, tmp_path: Path) -> None:
    code = "import earmark, service, training; print(earmark.__file__, service.__file__, training.__file__)"
    files = run([installed / "python", "-c", code], tmp_path).split()
    assert all(Path(file).is_relative_to(installed.parent) for file in files)
    code = "from importlib.util import find_spec; print([find_spec(name) for name in ('tests', 'examples', 'torch')])"
    assert run([installed / "python", "-c", code], tmp_path) == "[None, None, None]\n"


def test_the_command_works_from_an_empty_folder(installed: Path, song: Path) -> None:
    assert VERSION in run([installed / "earmark", "--version"], song.parent)
    answer = json.loads(run([installed / "earmark", "classify", "song.wav"], song.parent))
    assert answer["label"].startswith("music")
    cascade = json.loads((ROOT / "models" / "cascade.json").read_text("utf-8"))
    assert cascade["gate"] in answer["models"]


def test_it_verifies_classifies_and_serves(installed: Path, tmp_path: Path) -> None:
    """As the container does while it is built."""
    first_run = shutil.copy(ROOT / "deploy" / "image" / "first_run.py", tmp_path)
    folder = tmp_path / "empty"
    folder.mkdir()
    assert "'duration_seconds': 6" in run([installed / "python", first_run], folder)


def test_programs_import_the_engine(installed: Path, song: Path) -> None:
    code = "from earmark import Engine, __version__; print(__version__, Engine.load().analyse('song.wav').label)"
    version, label = run([installed / "python", "-c", code], song.parent).split()
    assert version == VERSION
    assert label.startswith("music")


def test_models_of_your_own_win(installed: Path, tiny_models: Path, tmp_path: Path) -> None:
    show: list[str | Path] = [
        installed / "python",
        "-c",
        "from earmark import Settings; print(Settings.read().models_dir)",
    ]
    assert run(show, tmp_path).strip().endswith("/service/models")
    (tmp_path / "models").mkdir()
    assert run(show, tmp_path).strip().endswith("/service/models"), "a folder without cascade.json is something else"
    (tmp_path / "models" / "cascade.json").touch()
    assert run(show, tmp_path).strip() == "models"
    assert run(show, tmp_path, EARMARK_MODELS_DIR=str(tiny_models)).strip() == str(tiny_models)
