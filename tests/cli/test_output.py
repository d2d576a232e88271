"""`--output`: a file that is whole or as it was before, or a folder with a file for each."""

import json
import shutil
from pathlib import Path

import pytest
import soundfile

from tests.cli.command import earmark, in_a_shell
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, tone


@pytest.fixture
def sound(shelf: Path) -> Path:
    path = shelf / "w.wav"
    soundfile.write(path, tone(MUSIC_HZ["low"], 4), RATE)
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_users_sound_is_never_overwritten(sound: Path, tiny_models: Path) -> None:
    before = sound.read_bytes()
    (sound.parent / "link.json").symlink_to(sound)
    for output in (sound, sound.parent / "link.json"):
        done = earmark("classify", sound, "--output", output, models=tiny_models)
        assert done.returncode == 2
        assert "is one of the files to listen to" in done.stderr
    assert sound.read_bytes() == before


def test_an_answer_in_a_folder_overwrites_no_input_either(sound: Path, tiny_models: Path) -> None:
    other = Path(shutil.copy(sound, sound.with_name("w.wav.json")))
    before = other.read_bytes()
    done = earmark("classify", sound.parent, "--output", sound.parent, models=tiny_models)
    assert done.returncode == 2
    assert "is one of the files to listen to" in done.stderr
    assert other.read_bytes() == before


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_run_that_fails_leaves_the_old_answer(sound: Path, tiny_models: Path, tmp_path: Path, form: str) -> None:
    old = sound.parent / "old"
    old.write_text("old")
    done = earmark("classify", sound, "--format", form, "--output", old, models=tmp_path / "none")
    assert done.returncode == 2
    done = earmark("classify", sound.parent / "gone.wav", "--format", form, "--output", old, models=tiny_models)
    assert done.returncode == 1
    assert old.read_text() == "old"
    assert names_in(sound.parent) == ["old", "w.wav"]


def test_a_new_answer_takes_the_place_of_the_old_one(sound: Path, tiny_models: Path) -> None:
    """Also behind a link, and with the permissions that the old one had."""
    old, link = sound.parent / "old.json", sound.parent / "link.json"
    old.write_text("old" * 10_000)
    old.chmod(0o640)
    link.symlink_to(old)
    done = earmark("classify", sound, "--output", link, models=tiny_models)
    assert done.returncode == 0
    assert link.is_symlink()
    assert json.loads(old.read_text("utf-8"))["label"] == "music/low"
    assert old.stat().st_mode & 0o777 == 0o640
    assert names_in(sound.parent) == ["link.json", "old.json", "w.wav"]


def test_same_names_keep_the_folders_that_tell_them_apart(tiny_models: Path, tmp_path: Path) -> None:
    for folder, hertz in (("a", MUSIC_HZ["low"]), ("b", SPEECH_HZ)):
        (tmp_path / "odd" / folder).mkdir(parents=True)
        soundfile.write(tmp_path / "odd" / folder / "s.wav", tone(hertz, 3), RATE)
    inputs = ("odd/a/s.wav", "odd/b/../b/s.wav")
    done = earmark("classify", *inputs, "--output", "out/", models=tiny_models, cwd=tmp_path)
    assert done.returncode == 0
    labels = {
        str(path.relative_to(tmp_path / "out")): json.loads(path.read_text("utf-8"))["label"]
        for path in (tmp_path / "out").rglob("*.*")
    }
    assert labels == {"a/s.wav.json": "music/low", "b/s.wav.json": "speech"}
    assert names_in(tmp_path) == ["odd", "out"]


def test_a_slash_at_the_end_means_a_folder(sound: Path, tiny_models: Path, tmp_path: Path) -> None:
    done = earmark("classify", sound, "--output", f"{tmp_path}/new/er/", models=tiny_models)
    assert done.returncode == 0
    assert names_in(tmp_path / "new" / "er") == ["w.wav.json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["w.wav", "--output", "none/a.json"], "none/a.json cannot be written: there is no folder"),
        (["w.wav", "--output", "w.wav/a.json"], "w.wav/a.json cannot be written: Not a directory."),
        (["w.wav", "--output", "n" * 256], "n cannot be written: File name too long."),
        (["w.wav", "--output", "/dev/full"], "/dev/full cannot be written: No space left on device."),
        (["w.wav", "--output", "old.txt/"], "--output old.txt is a file; a folder is needed"),
        (
            ["w.wav", "v.wav", "--format", "vtt", "--output", "old.txt"],
            "--output old.txt is a file; a folder is needed",
        ),
    ],
)
def test_what_cannot_be_written_is_a_sentence(
    sound: Path, tiny_models: Path, arguments: list[str], message: str
) -> None:
    (sound.parent / "old.txt").write_text("old")
    done = earmark("classify", *arguments, models=tiny_models, cwd=sound.parent)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert (sound.parent / "old.txt").read_text() == "old"


@pytest.mark.parametrize(
    ("redirection", "message"),
    [(">&-", "stdout is closed"), (">/dev/full", "stdout cannot be written: No space left on device.")],
)
def test_stdout_that_cannot_be_written_is_a_sentence(
    sound: Path, tiny_models: Path, redirection: str, message: str
) -> None:
    for command in (f"classify {sound}", f"classify {sound} --format table", "models"):
        done = in_a_shell(f"$EARMARK {command} {redirection}", tiny_models)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert message in done.stderr


def test_a_file_needs_no_stdout(sound: Path, tiny_models: Path, tmp_path: Path) -> None:
    done = in_a_shell(f"$EARMARK classify {sound} --output {tmp_path}/a.json >&-", tiny_models)
    assert done.returncode == 0
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["label"] == "music/low"


def test_pipes_and_devices_are_written_directly(sound: Path, tiny_models: Path, tmp_path: Path) -> None:
    """A file behind /dev/stdout is the shell's: others write to it before and after."""
    log = tmp_path / "log"
    classify = f"$EARMARK classify {sound} --detail summary --format ndjson --output"
    done = in_a_shell(
        f"{classify} /dev/stdout | cat; {classify} /dev/null; (echo one; {classify} /dev/stdout; echo two) >>{log}",
        tiny_models,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["label"] == "music/low"
    first, answer, last = log.read_text("utf-8").splitlines()
    assert (first, json.loads(answer)["label"], last) == ("one", "music/low", "two")
    assert Path("/dev/null").is_char_device()
