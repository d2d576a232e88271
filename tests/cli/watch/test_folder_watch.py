"""What counts as new and whole, looked at by a clock that the test moves."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from service.cli.watch_run import LOOK_EVERY_SECONDS, MAX_SHARE
from service.cli.watched_folder import LOOKS_APART, STILL_SECONDS, FolderWatch
from tests.tones import MUSIC_HZ, RATE, tone


class Inbox:
    """A folder that is watched, and what is said of it."""

    def __init__(self, folder: Path, *, existing: bool = False) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.seconds = 0.0
        self.watch = FolderWatch(folder, self.said.append, existing=existing, clock=lambda: self.seconds)

    def look(self, later: float = 0.0) -> list[str]:
        self.seconds += later
        return [str(one.output_name) for one in self.watch.look()]

    def write(self, name: str, seconds: float = 1) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, tone(MUSIC_HZ["low"], seconds), RATE, format="WAV")
        return path

    def rename(self, name: str, other: str) -> None:
        """A moment after it was written; what the file system calls a moment may be some milliseconds."""
        time.sleep(0.05)
        (self.folder / name).rename(self.folder / other)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    return Inbox(tmp_path / "inbox")


def test_a_file_counts_once_when_it_stands_still(inbox: Inbox) -> None:
    path = inbox.write("a.wav")
    assert inbox.look() == []
    with path.open("ab") as file:
        file.write(bytes(100))
    assert inbox.look(STILL_SECONDS) == []
    assert inbox.look(STILL_SECONDS / 2) == []
    assert inbox.look(STILL_SECONDS / 2) == ["a.wav"]
    assert [inbox.look(STILL_SECONDS) for _ in range(2 * LOOKS_APART)] == [[]] * 2 * LOOKS_APART


def test_a_file_that_is_renamed_into_place_counts_at_once(inbox: Inbox) -> None:
    inbox.write("a.wav.part")
    assert inbox.look(STILL_SECONDS) == inbox.look(STILL_SECONDS) == []
    inbox.rename("a.wav.part", "a.wav")
    assert inbox.look() == ["a.wav"]


def test_what_was_there_counts_only_if_asked_for(inbox: Inbox) -> None:
    inbox.write("old.wav")
    inbox.write("sub/older.wav")
    unasked, asked = Inbox(inbox.folder), Inbox(inbox.folder, existing=True)
    for one in (unasked, asked):
        one.look()
    assert unasked.look(STILL_SECONDS) == []
    assert asked.look(STILL_SECONDS) == ["old.wav", "sub/older.wav"]


def test_a_file_that_changes_counts_again(inbox: Inbox) -> None:
    inbox.write("a.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["a.wav"]
    inbox.write("a.wav", seconds=2)
    heard = [name for _ in range(LOOKS_APART + 2) for name in inbox.look(STILL_SECONDS)]
    assert heard == ["a.wav"]


def test_a_file_that_takes_the_place_of_another_counts(inbox: Inbox) -> None:
    inbox.write("a.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["a.wav"]
    inbox.write("b.tmp")
    inbox.rename("b.tmp", "a.wav")
    assert inbox.look() == ["a.wav"]


@pytest.mark.parametrize("move", [os.rename, shutil.move])
def test_a_file_that_was_heard_may_be_renamed(inbox: Inbox, move: Callable[[Path, Path], object]) -> None:
    path = inbox.write("a.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["a.wav"]
    move(path, inbox.folder / "b.wav")
    assert inbox.look() == inbox.look(STILL_SECONDS) == []


def test_what_is_no_sound_and_what_is_hidden_is_passed_over(inbox: Inbox) -> None:
    (inbox.folder / "notes.txt").write_text("no sound")
    (inbox.folder / "broken.mp3").write_text("no sound either, but meant to be")
    inbox.write("sound.txt")
    inbox.write(".hidden.wav")
    inbox.write(".hidden/a.wav")
    os.mkfifo(inbox.folder / "pipe.wav")
    (inbox.folder / "circle").symlink_to(".")
    (inbox.folder / "nowhere.wav").symlink_to("gone.wav")
    found = inbox.look() + inbox.look(STILL_SECONDS)
    assert sorted(found) == ["broken.mp3", "sound.txt"]


def test_an_empty_file_is_still_to_come(inbox: Inbox) -> None:
    (inbox.folder / "a.wav").touch()
    assert inbox.look() == inbox.look(STILL_SECONDS) == inbox.look(STILL_SECONDS) == []
    inbox.write("a.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["a.wav"]


def test_files_and_folders_that_vanish_are_forgotten(inbox: Inbox) -> None:
    path = inbox.write("sub/a.wav")
    inbox.look()
    shutil.rmtree(path.parent)
    assert inbox.look(STILL_SECONDS) == []
    inbox.write("sub/a.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["sub/a.wav"]
    assert inbox.said == []


def test_a_folder_that_vanishes_is_told_once_and_waited_for(inbox: Inbox) -> None:
    inbox.write("a.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["a.wav"]
    away = inbox.folder.rename(inbox.folder.with_name("away"))
    assert inbox.look() == inbox.look() == []
    assert inbox.said == [
        f"{inbox.folder}: The folder could not be searched: No such file or directory. It is tried again all the time."
    ]
    away.rename(inbox.folder)
    inbox.write("b.wav")
    inbox.look()
    assert inbox.look(STILL_SECONDS) == ["b.wav"]
    assert inbox.said[1:] == [f"{inbox.folder}: The folder can be searched again."]


def test_many_files_cost_little(inbox: Inbox) -> None:
    """For ten thousand less than two hundredths of a processor; the bound leaves room for a slow or busy machine."""
    files = 2_000
    for number in range(files):
        os.mknod(inbox.folder / f"recording {number:05}.wav")
    watch = FolderWatch(inbox.folder, inbox.said.append, existing=False)
    costs = []
    for _ in range(2 * LOOKS_APART):
        before = time.thread_time()
        watch.look()
        costs.append(time.thread_time() - before)
    assert min(costs) * 10_000 / files < 2 * MAX_SHARE * LOOK_EVERY_SECONDS
