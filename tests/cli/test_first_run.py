"""What a newcomer is told who gets something wrong."""

from importlib.metadata import version
from pathlib import Path, PurePath

import pytest
from typer.testing import CliRunner

from service.cli.commands import app
from service.cli.inputs import Input, complaint
from service.errors import FileMissing, UnsupportedFormat


def asked(*arguments: str) -> tuple[int, str]:
    """Exit status, and what was said."""
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stderr


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_models: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(tiny_models))
    (tmp_path / "song.mp3").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["song.mp3"], "song.mp3 is a file, not a command. Did you mean `earmark classify song.mp3`?"),
        (["empty"], "empty is a folder, not a command. Did you mean `earmark classify empty`?"),
        (["clasify", "song.mp3"], "Did you mean 'classify'?"),
        (["classify"], "Which sound? Name audio files or folders: earmark classify song.mp3 Music/"),
        (["classify", "song.mp3", "--fromat", "csv"], "--format"),
        (["classify", "empty"], "There is no audio file in empty: no file there has the name or the content of one."),
        (["classify", "song.mp3", "--models-dir", "none"], "`earmark doctor` says which folder that is"),
        (["models", "--models-dir", "none"], "`earmark doctor` says which folder that is"),
    ],
)
def test_a_mistake_is_answered_with_what_would_work(here: Path, arguments: list[str], words: str) -> None:
    (here / "empty").mkdir()
    status, said = asked(*arguments)
    assert status == 2
    assert words in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sogn.mp3", " in {here}. Did you mean song.mp3?"),
        ("zebra.ogg", " in {here}."),
        ("*.wav", ": nothing in {here} fits this pattern."),
        ("Musik/song.mp3", ": there is no folder Musik."),
        ("gone.mp3", ": the link leads to nothing."),
    ],
)
def test_a_file_that_is_not_there_is_looked_for(here: Path, name: str, words: str) -> None:
    (here / "gone.mp3").symlink_to("nowhere")
    said = complaint(Input(Path(name), name, PurePath(name)), FileMissing("There is no file of this name."))
    assert said == f"{name}: There is no such file{words.format(here=here)}"


def test_a_sound_that_others_can_read_is_to_be_converted() -> None:
    error = UnsupportedFormat("This is AMR audio, which is not supported.")
    said = complaint(Input(Path("a/memo.amr"), "a/memo.amr", PurePath("memo.amr")), error)
    assert said.endswith("which is not supported. Convert it first, for instance by: ffmpeg -i a/memo.amr memo.flac")
    assert "Convert" not in complaint(Input(Path("a.txt"), "a.txt", PurePath("a.txt")), error)


def test_the_version_is_told() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"earmark {version('earmark')}\n")


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (["--help"], []),
        (["classify", "--help"], ["--hop-seconds NUMBER", "--jobs INTEGER", "--models-dir PATH"]),
        (["library", "--help"], ["--output PATH", "--ray-address TEXT", "--engine local|ray"]),
        (["key", "create", "--help"], ["--keys-file PATH"]),
    ],
)
def test_help_names_kinds_of_values_as_people_do(arguments: list[str], kinds: list[str]) -> None:
    shown = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"}).stdout
    assert "<" not in shown
    words = " ".join(shown.split())
    for kind in kinds:
        assert kind in words
