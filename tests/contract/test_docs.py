"""Documentation is compared with the code that it speaks of."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import earmark
from service.cli.commands import app
from service.cli.exits import Exit
from service.formats.catalogue import FORMATS
from service.http.server_settings import ServerSettings
from service.inference.cascade_spec import CascadeSpec
from service.inference.manifest import EarManifest, Manifest
from service.options import DEFAULTS, SPECS
from service.settings import PREFIX
from tests.contract.fill_docs import NUMBERS, left_out, measured, reached
from tests.http.server import serving
from tests.test_errors import ALL

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "models" / "README.md"])


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def rows(text: str) -> list[list[str]]:
    """Cells of every table row."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows(page("docs/settings.md"))[1:]}
    assert list(documented) == [PREFIX + name.upper() for name in ServerSettings.model_fields]
    for name, field in ServerSettings.model_fields.items():
        default = field.default.name if isinstance(field.default, Path) else field.default
        assert documented[PREFIX + name.upper()] == ("none" if default in {None, ()} else str(default))


def test_every_option_is_documented() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    documented = {row[0].strip("`") for row in rows(page("docs/cli.md")) if row[0].startswith("`--")}
    described = (commands["classify"], commands["library"], commands["doctor"], commands["key"].commands["create"])
    assert documented == set().union(*map(options, described))
    assert options(commands["serve"]) == {f"--{name.replace('_', '-')}" for name in ServerSettings.model_fields}
    for name in commands:
        assert f"## `earmark {name}" in page("docs/cli.md")
    for name in commands["key"].commands:
        assert f"`earmark key {name}" in page("docs/cli.md")


def test_options_of_an_analysis_are_documented_with_their_defaults() -> None:
    documented = {row[0].strip("`"): row[1] for row in rows(page("docs/cli.md")) if row[0].startswith("`--")}
    for name, spec in SPECS.items():
        assert documented[f"--{name.replace('_', '-')}"] == (spec.default_words or str(getattr(DEFAULTS, name)))


def options(command: Any) -> set[str]:
    found = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    return found - {"--help"}


def test_every_exit_status_is_documented() -> None:
    documented = {row[0] for row in rows(page("docs/cli.md"))}
    assert {str(int(status)) for status in Exit} <= documented


def test_every_format_is_documented() -> None:
    documented = {row[0].strip("`"): row for row in rows(page("docs/formats.md")) if row[0].startswith("`")}
    assert list(documented) == list(FORMATS)
    for name, form in FORMATS.items():
        assert documented[name][1] == f"`.{form.extension}`"
        assert documented[name][2].strip("`") == form.media_type.split(";")[0]


def test_every_problem_is_documented() -> None:
    documented = {tuple(row) for row in rows(page("docs/errors.md"))[1:]}
    assert documented == {(str(kind.status), f"`{kind.slug}`", kind.title) for kind in ALL}


def test_every_key_of_manifest_and_cascade_is_documented() -> None:
    text = page("docs/models.md")
    for key in (*Manifest.model_fields, *EarManifest.model_fields, *CascadeSpec.model_fields):
        assert f"`{key}`" in text or f'"{key}"' in text, key


def test_the_documented_cascade_is_the_shipped_one() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", page("docs/models.md"), re.DOTALL)
    assert CascadeSpec.model_validate_json(block) == CascadeSpec.model_validate_json(page("models/cascade.json"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", path.read_text("utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target
            assert not anchor or anchor in anchors(path.parent / target if target else path), f"{target}#{anchor}"


@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "CHANGELOG.md"], ids=lambda path: path.name)
def test_named_files_and_modules_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    files = re.findall(r"`((?:service|training|tests|benchmarks|examples|deploy|docs)/[\w./-]*)`", text)
    modules = re.findall(r"\b((?:service|training)(?:\.[a-z_]+)+):\w+", text)
    modules += re.findall(r"python -m ((?:tests|benchmarks|examples)(?:\.[a-z_]+)+)", text)
    files += [name.replace(".", "/") + ".py" for name in modules]
    assert not [name for name in files if not (ROOT / name).exists()]


def test_the_glossary_has_each_word_once_and_in_order() -> None:
    words = [row[0] for row in rows(page("docs/architecture.md").split("## Glossary")[1])[1:]]
    assert len(words) > 25
    assert words == sorted(set(words))


@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "CHANGELOG.md"], ids=lambda path: path.name)
def test_docs_use_the_words_of_the_field(path: Path) -> None:
    """A supervisor, a pool, a queue, a client; resume, notify."""
    private = r"\b(attendant|roster|whoever|so long that|of which|gone on with|the line of waiting)\b"
    assert not re.findall(private, path.read_text("utf-8"), re.IGNORECASE)


def anchors(path: Path) -> set[str]:
    """Of a page's headings, as they are made where such pages are shown."""
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_named_wheels_are_of_this_version(path: Path) -> None:
    (version,) = re.findall(r'^version = "(.+)"$', page("pyproject.toml"), re.MULTILINE)
    assert set(re.findall(r"earmark-([\d.]+)-py3", path.read_text("utf-8"))) <= {version}


def test_readme_commands_exist() -> None:
    makefile = page("Makefile")
    for target in re.findall(r"^make ([\w-]+)", page("README.md"), re.MULTILINE) + re.findall(
        r"`make ([\w-]+)", page("CONTRIBUTING.md")
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_readme_commands_run(tmp_path: Path, tiny_models: Path) -> None:
    """Every `earmark` line of the README, on sounds of these names."""
    subprocess.run([sys.executable, "-m", "examples.sample", tmp_path / "sample.wav"], check=True, cwd=ROOT)
    for folder in ("recordings", "build"):
        (tmp_path / folder).mkdir()
    for name in ("song.mp3", "talk.m4a", "recordings/a.wav", "build/sample.wav"):
        (tmp_path / name).write_bytes((tmp_path / "sample.wav").read_bytes())
    lines = re.findall(r"^(earmark (?!serve)[^#\n]+)", page("README.md"), re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        program, *arguments = line.split()
        command = [Path(sys.executable).with_name(program), *arguments]
        environment = {"EARMARK_MODELS_DIR": str(tiny_models), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert (tmp_path / "all.csv").stat().st_size
    assert (tmp_path / "talk.vtt").read_text("utf-8").startswith("WEBVTT")


@pytest.mark.parametrize(("name", "prints"), [("README.md", "music"), ("docs/python.md", "silence music models")])
def test_documented_python_runs(
    tmp_path: Path, tiny_models: Path, monkeypatch: pytest.MonkeyPatch, name: str, prints: str
) -> None:
    """All snippets of a page, one after the other."""
    subprocess.run([sys.executable, "-m", "examples.sample", tmp_path / "song.mp3"], check=True, cwd=ROOT)
    snippets = re.findall(r"```python\n(.*?)```", page(name), re.DOTALL)
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(tiny_models))
    command = [sys.executable, "-c", "\n".join(snippets)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in prints.split()), done.stdout


def test_every_public_name_is_documented() -> None:
    told = " ".join(row[0] for row in rows(page("docs/python.md")))
    assert set(re.findall(r"`(\w+)`", told)) == set(earmark.__all__)


def test_the_curl_of_the_readme_has_the_answer_of_the_readme(tmp_path: Path) -> None:
    """All but its id, and what other processors may make of the last digits."""
    assert re.search(r"^make serve ", page("README.md"), re.MULTILINE)
    (line,) = re.findall(r"^(curl .+)$", page("README.md"), re.MULTILINE)
    (shown,) = re.findall(r"```json\n(.*?)```", page("README.md"), re.DOTALL)
    (tmp_path / "build").mkdir()
    subprocess.run([sys.executable, "-m", "examples.sample", tmp_path / "build" / "sample.wav"], check=True, cwd=ROOT)
    with serving(ROOT / "models") as server:
        command = line.replace("http://127.0.0.1:8000", server.url)
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=True, timeout=180)
    expected, actual = json.loads(shown), json.loads(done.stdout)
    for document in (expected, actual):
        del document["id"]
    assert re.sub(r"\d\.\d+", "0.0", json.dumps(expected)) == re.sub(r"\d\.\d+", "0.0", json.dumps(actual))
    assert actual["gate"] == pytest.approx(expected["gate"], abs=0.02)
    for model in ("genre", "scene"):
        assert actual[model]["probabilities"] == pytest.approx(expected[model]["probabilities"], abs=0.02)


def test_what_is_said_to_be_reached_is_in_the_manifests() -> None:
    told = [cells for cells in rows(page("docs/accuracy.md")) if len(cells) == 5 and cells[0] != "model"]
    assert {cells[0] for cells in told} == {"gate", "genre", "scene"}
    for name, metric, _, value, interval in told:
        assert (value, interval) == reached(name, metric.strip("`")), metric


def test_the_numbers_in_the_readme_are_those_of_the_manifests() -> None:
    told = {cells[0]: cells[2] for cells in rows(page("README.md")) if "](models/" in " ".join(cells[1:2])}
    assert told == {question: measured(question) for question in NUMBERS}, "run python -m tests.contract.fill_docs"


def test_what_is_said_of_left_out_collections_is_in_the_card() -> None:
    for label in ("music", "speech"):
        assert left_out(label) in " ".join(page("docs/accuracy.md").split()), "run python -m tests.contract.fill_docs"
