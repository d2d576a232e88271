"""What may be named on the command line, and found in a folder: no path stops the others."""

import json
import os
from pathlib import Path

import soundfile

from tests.cli.command import earmark, on_a_terminal
from tests.tones import MUSIC_HZ, RATE, tone

HOSTILE = "a[/b]\x1b[31m:bomb:\n{x}.wav"
"""Markup (and a folder, for its slash), an escape sequence, an emoji code, a line end and a format field."""
SHOWN = "a[/b] [31m:bomb: {x}.wav"


def write(path: Path, seconds: float = 3) -> Path:
    soundfile.write(path, tone(MUSIC_HZ["low"], seconds), RATE)
    return path


def summaries(*arguments: object, models: Path, cwd: Path) -> tuple[int, dict[str, str], str]:
    """Exit status, label or problem of each file, and stderr."""
    done = earmark("classify", *arguments, "--format", "ndjson", "--detail", "summary", models=models, cwd=cwd)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    answers = {line["file"]: line.get("label") or line["error"]["title"] for line in lines}
    return done.returncode, answers, done.stderr


def test_a_bad_path_does_not_stop_the_others(shelf: Path, tiny_models: Path) -> None:
    write(shelf / "w.wav")
    (shelf / "circle.wav").symlink_to("circle.wav")
    names = ["n" * 300, "circle.wav", "w.wav/beneath", "w.wav"]
    status, answers, errors = summaries(*names, models=tiny_models, cwd=shelf)
    assert status == 1
    assert list(answers) == names
    assert answers.pop("w.wav") == "music/low"
    assert set(answers.values()) <= {"There is no such file", "The file could not be read"}
    assert "3 of 4 files could not be analysed." in errors


def test_a_folder_that_cannot_be_searched_is_named_and_passed_over(shelf: Path, tiny_models: Path) -> None:
    """Deeper than a path can be long; permissions would not stop root."""
    write(shelf / "w.wav")
    (shelf / "circle").symlink_to(".")
    folder = os.open(shelf, os.O_RDONLY)
    for _ in range(18):
        os.mkdir("d" * 250, dir_fd=folder)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = deeper
    os.close(folder)
    status, answers, errors = summaries(shelf, models=tiny_models, cwd=shelf)
    assert status == 1
    assert answers == {str(shelf / "w.wav"): "music/low"}
    assert errors.count("The folder could not be searched: File name too long.") == 1


def test_one_file_under_several_names_is_analysed_once(shelf: Path, tiny_models: Path) -> None:
    write(shelf / "w.wav")
    (shelf / "odd").mkdir()
    (shelf / "link.wav").symlink_to("w.wav")
    status, answers, _ = summaries("odd/../w.wav", "link.wav", "w.wav", ".", models=tiny_models, cwd=shelf)
    assert (status, answers) == (0, {"odd/../w.wav": "music/low"})


def test_a_hostile_name_is_shown_plainly_on_the_terminal(shelf: Path, tiny_models: Path) -> None:
    """Long enough that the bar names it too."""
    (shelf / "a[").mkdir()
    write(shelf / HOSTILE, seconds=1200)
    screen = on_a_terminal("classify", HOSTILE, "--hop-seconds", "0.5", models=tiny_models, cwd=shelf, both=True)
    assert "\x1b[31m:" not in screen
    assert screen.count(SHOWN) >= 2  # in the bar and in the table


def test_a_hostile_name_is_shown_plainly_in_errors_and_whole_in_answers(shelf: Path, tiny_models: Path) -> None:
    (shelf / "a[").mkdir()
    (shelf / HOSTILE).touch()
    status, answers, errors = summaries(HOSTILE, models=tiny_models, cwd=shelf)
    assert status == 1
    assert answers == {HOSTILE: "The file is empty"}
    assert errors == f"{SHOWN}: The file is empty. The file has 0 bytes.\n"


def test_names_are_written_as_utf8_whatever_the_locale(shelf: Path, tiny_models: Path) -> None:
    write(shelf / "ähm 音.wav")
    for form in ("csv", "table"):
        done = earmark(
            "classify", "ähm 音.wav", "--format", form, "--detail", "summary",
            models=tiny_models, cwd=shelf, env={"PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
        assert done.returncode == 0
        assert "ähm 音.wav" in done.stdout
