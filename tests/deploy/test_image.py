"""The Dockerfile, without building it; tests/container builds it."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.deploy.manifests import ROOT, TOOLS, dockerfile_environment, settings_of, text

TARGETS = ("service", "ray", "training")
PINS = ROOT / "deploy" / "image" / "pins.py"


def stage(name: str) -> str:
    return re.split(r"^FROM ", text("Dockerfile").split(f" AS {name}\n")[1], flags=re.MULTILINE)[0]


def test_the_dockerfile_passes_its_linter() -> None:
    done = subprocess.run([TOOLS / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_service_is_what_is_built_by_default() -> None:
    assert re.findall(r"^FROM .+ AS (\S+)$", text("Dockerfile"), re.MULTILINE)[-1] == "service"


@pytest.mark.parametrize("target", TARGETS)
def test_nobody_is_root(target: str) -> None:
    assert re.findall(r"^USER (.+)$", stage(target), re.MULTILINE) == ["10001:10001"]


def test_its_environment_fits_the_settings() -> None:
    settings = settings_of(dockerfile_environment())
    assert (settings.host, settings.port) == ("0.0.0.0", 8000)  # noqa: S104 - inside a container
    assert f"EXPOSE {settings.port}" in stage("service")


def test_its_label_and_its_tag_have_the_version_of_the_project() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in text("Dockerfile")
    assert f"newTag: {version}\n" in text("deploy/kubernetes/production/kustomization.yaml")


def test_all_that_is_copied_is_let_in() -> None:
    """And nothing else is sent to the builder."""
    copied = {
        word.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.+)$", text("Dockerfile"), re.MULTILINE)
        for word in line.split()[:-1]
    }
    let_in = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    assert "*" in text(".dockerignore").splitlines()
    assert all((ROOT / name).exists() for name in let_in)
    assert {name for name in copied if not name.startswith("deploy/image/")} == let_in - {"deploy/image"}


def test_what_is_trimmed_exists_in_the_package() -> None:
    """A name that is gone from a package should be gone from the list, too."""
    packages = TOOLS.parent / "lib" / "python3.11" / "site-packages"
    (trimmed,) = re.findall(r"cd scipy && rm -rf ([^)]+)\)", text("deploy/image/trim.sh"))
    for name in trimmed.replace("\\", "").split():
        assert (packages / "scipy" / name).exists(), name


@pytest.mark.parametrize(
    ("extra", "there", "not_there"),
    [
        ("ray", {"ray", "aiohttp", "pyarrow", "numpy"}, {"librosa", "playwright", "pytest"}),
        ("training", {"scikit-learn", "joblib", "onnx"}, {"ray", "pytest", "mypy"}),
        ("telemetry,library", {"opentelemetry-sdk", "requests", "pyarrow"}, {"ray", "scikit-learn"}),
        ("", set(), {"numpy"}),
    ],
)
def test_pins_of_an_extra(extra: str, there: set[str], not_there: set[str]) -> None:
    done = subprocess.run([sys.executable, PINS, extra], cwd=ROOT, capture_output=True, text=True, check=True)
    pinned = re.findall(r"^([\w.-]+)==\S+ ", done.stdout, re.MULTILINE)
    assert there <= set(pinned)
    assert not not_there & set(pinned)
    assert done.stdout.count("--hash=") >= len(pinned)
    assert set(done.stdout.splitlines()) <= set(text("requirements-dev.lock").splitlines())


def test_an_unknown_extra_is_named() -> None:
    done = subprocess.run([sys.executable, PINS, "rays"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'rays'" in done.stderr
    assert "ray" in done.stderr
