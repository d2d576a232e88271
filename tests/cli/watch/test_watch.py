"""`earmark classify --watch`, as a process that runs until it is told to stop."""

import csv
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import soundfile
from typer.testing import CliRunner

from service.cli.commands import app
from tests.cli.command import EARMARK, environment
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, tone
from tests.workers.waiting import wait_for

PATIENCE_SECONDS = 60.0


class Run:
    """What it has written so far is in files, which never block it."""

    def __init__(self, process: subprocess.Popen[bytes], stdout: Path, stderr: Path) -> None:
        self.process = process
        self._stdout, self._stderr = stdout, stderr

    @property
    def lines(self) -> list[str]:
        return self._stdout.read_text("utf-8").splitlines()

    @property
    def said(self) -> list[str]:
        return self._stderr.read_text("utf-8").splitlines()

    def wait_for_lines(self, count: int) -> None:
        wait_for(lambda: len(self.lines) >= count, PATIENCE_SECONDS)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def watching(folder: Path, models: Path, *arguments: object) -> Iterator[Run]:
    """Yields when it waits for files; kills it if the test has not ended it."""
    stdout, stderr = folder.parent / "stdout", folder.parent / "stderr"
    command = [EARMARK, "classify", "--watch", str(folder), "--jobs", "1", *map(str, arguments)]
    with stdout.open("wb") as out, stderr.open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment(models))
    run = Run(process, stdout, stderr)
    try:
        wait_for(lambda: any("Ctrl-C ends" in line for line in run.said) or process.poll() is not None)
        yield run
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    soundfile.write(folder / "old.wav", tone(SPEECH_HZ, 1), RATE)
    os.utime(folder / "old.wav", (0, 0))
    return folder


def deliver(folder: Path, name: str, hertz: float = MUSIC_HZ["low"], seconds: float = 3) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    soundfile.write(folder / f"{name}.part", tone(hertz, seconds), RATE, format="WAV")
    time.sleep(0.05)  # what the file system calls the same moment may be some milliseconds
    (folder / f"{name}.part").rename(folder / name)


def test_what_comes_is_classified_line_by_line_until_ctrl_c(inbox: Path, tiny_models: Path) -> None:
    """NDJSON is the default where nobody looks on; broken files are named, and the others go on."""
    with watching(inbox, tiny_models, "--detail", "summary") as run:
        deliver(inbox, "a.wav")
        run.wait_for_lines(1)
        (inbox / "sub").mkdir()
        (inbox / "broken.part").write_text("no sound")
        time.sleep(0.05)
        (inbox / "broken.part").rename(inbox / "sub" / "broken.mp3")
        run.wait_for_lines(2)
        deliver(inbox, "sub/b.wav", SPEECH_HZ)
        run.wait_for_lines(3)
        assert run.end() == 130
    answers = {Path(one["file"]).name: one for one in map(json.loads, run.lines)}
    assert list(answers) == ["a.wav", "broken.mp3", "b.wav"]
    assert answers["a.wav"]["label"] == "music/low"
    assert answers["b.wav"]["label"] == "speech"
    assert answers["broken.mp3"]["error"]["status"] == 415
    assert any(line.startswith(f"{inbox}/sub/broken.mp3: Not an audio format") for line in run.said)
    assert run.said[-1] == "Stopped."


def test_a_folder_gets_a_file_for_each_and_sigterm_is_a_good_end(inbox: Path, tiny_models: Path) -> None:
    out = inbox / "answers"
    with watching(inbox, tiny_models, "--existing", "--output", f"{out}/", "--format", "vtt") as run:
        wait_for((out / "old.wav.vtt").exists, PATIENCE_SECONDS)
        deliver(inbox, "sub/new.wav")
        wait_for((out / "sub" / "new.wav.vtt").exists, PATIENCE_SECONDS)
        assert run.end(signal.SIGTERM) == 0
    assert (out / "sub" / "new.wav.vtt").read_text("utf-8").startswith("WEBVTT")
    assert run.lines == []


def test_what_is_under_way_is_finished_and_the_text_is_whole(inbox: Path, tiny_models: Path) -> None:
    """Ctrl-C comes while a long sound is listened to; the JSON array is closed behind it."""
    long = inbox / "long.wav"
    with watching(inbox, tiny_models, "--format", "json", "--hop-seconds", "0.1", "--detail", "summary") as run:
        soundfile.write(inbox / "long.part", tone(SPEECH_HZ, 600), RATE, format="WAV")
        (inbox / "long.part").rename(long)
        family = psutil.Process(run.process.pid)
        wait_for(lambda: any(opens(child, long) for child in family.children(recursive=True)), PATIENCE_SECONDS)
        assert run.end() == 130
    (answer,) = json.loads("\n".join(run.lines))
    assert Path(answer["file"]) == long
    assert run.said[1:] == ["Finishing 1 file; Ctrl-C again ends at once.", "Stopped."]


def test_a_second_ctrl_c_gives_up_what_is_under_way(inbox: Path, tiny_models: Path) -> None:
    with watching(inbox, tiny_models, "--format", "json", "--hop-seconds", "0.1") as run:
        deliver(inbox, "long.wav", SPEECH_HZ, seconds=600)
        family = psutil.Process(run.process.pid)
        long = inbox / "long.wav"
        wait_for(lambda: any(opens(child, long) for child in family.children(recursive=True)), PATIENCE_SECONDS)
        run.process.send_signal(signal.SIGINT)
        wait_for(lambda: any("again ends at once" in line for line in run.said))
        workers = family.children(recursive=True)
        assert run.end() == 130
    assert json.loads("\n".join(run.lines)) == []
    assert run.said[2:] == ["1 file given up.", "Stopped."]
    wait_for(lambda: not any(worker.is_running() for worker in workers))


def opens(process: psutil.Process, path: Path) -> bool:
    try:
        return any(one.path == str(path) for one in process.open_files())
    except psutil.Error:
        return False


def test_csv_is_one_table_that_grows(inbox: Path, eared_models: Path) -> None:
    with watching(inbox, eared_models, "--format", "csv", "--detail", "summary") as run:
        deliver(inbox, "a.wav")
        deliver(inbox, "b.wav", SPEECH_HZ)
        run.wait_for_lines(3)
        run.end()
    rows = list(csv.DictReader(run.lines))
    assert sorted(row["label"] for row in rows) == ["music/low", "speech"]
    assert {"gate.music", "genre.high", "scene.hiss", "tags"} < rows[0].keys()
    assert {row["tags"] for row in rows} == {"Tone 300 Hz", "Tone 1500 Hz"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--watch", "nowhere"], "--watch takes a folder; nowhere does not exist; make it first."),
        (["--watch", "old.wav"], "--watch takes a folder; old.wav is a file; name it without --watch."),
        (["--watch", ".", "old.wav"], "leave out the files, or --watch"),
        (["--existing", "old.wav"], "--existing goes with --watch DIR"),
        (["--watch", ".", "--format", "vtt"], "name a folder with --output FOLDER/"),
        (["--watch", ".", "--output", "a.json"], "Write a.json/ to make one"),
        (["--watch", ".", "--models-dir", "none"], "There are no models."),
    ],
)
def test_what_does_not_fit_is_refused_at_once(
    inbox: Path, tiny_models: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(inbox)
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(tiny_models))
    done = CliRunner().invoke(app, ["classify", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""
