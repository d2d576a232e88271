"""Every example, run as its first lines say, against a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.http.server import Server, serving
from tests.sound_files import sound_bytes
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, tone

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def guarded(tiny_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server that asks for keys, and one that it knows."""
    keys = tmp_path_factory.mktemp("keys") / "keys"
    create = [sys.executable, "-m", "service.cli", "key", "create", "alice", "--keys-file", str(keys)]
    key = subprocess.run(create, check=True, capture_output=True, text=True).stdout.split()[-1]
    with serving(tiny_models, "--workers", "1", "--keys-file", str(keys)) as server:
        yield server, key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    both = tone(MUSIC_HZ["high"], 6) + tone(SPEECH_HZ, 6)
    samples = np.concatenate([tone(MUSIC_HZ["low"], 12), both])
    (tmp_path / "song.mp3").write_bytes(sound_bytes("mp3", samples, RATE))
    (tmp_path / "a b.wav").write_bytes(sound_bytes("wav_16", samples, RATE))
    (tmp_path / "words.txt").write_text("no sound")
    return tmp_path


def run(guarded: tuple[Server, str], folder: Path, *words: str, stdin: bytes = b"", status: int = 0) -> str:
    server, key = guarded
    environment = {**os.environ, "EARMARK_URL": server.url, "EARMARK_KEY": key, "CURL_HOME": str(folder)}
    (folder / ".curlrc").write_text(f'header = "X-API-Key: {key}"\n')  # for those that know of no key
    program, *arguments = words
    start = [sys.executable] if program.endswith(".py") else []
    command = [*start, str(EXAMPLES / program), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == status, done.stderr.decode()
    return done.stdout.decode()


def test_one_file(guarded: tuple[Server, str], folder: Path) -> None:
    answer = json.loads(run(guarded, folder, "one_file.sh", "song.mp3"))
    assert answer["label"] == "music/low"
    problem = json.loads(run(guarded, folder, "one_file.sh", "words.txt", status=22))
    assert problem["status"] == 415


def test_raw_body(guarded: tuple[Server, str], folder: Path) -> None:
    sound = (folder / "song.mp3").read_bytes()
    assert json.loads(run(guarded, folder, "raw_body.sh", stdin=sound))["label"] == "music/low"


def test_line_by_line(guarded: tuple[Server, str], folder: Path) -> None:
    *chunks, report = map(json.loads, run(guarded, folder, "line_by_line.sh", "a b.wav").splitlines())
    assert len(chunks) > 15
    assert report["label"] == "music/low"


def test_table(guarded: tuple[Server, str], folder: Path) -> None:
    run(guarded, folder, "table.sh", "a b.wav")
    assert (folder / "a b.csv").read_text().startswith("file,start,end,gate.music")


def test_smooth_again(guarded: tuple[Server, str], folder: Path) -> None:
    answer = run(guarded, folder, "steps.sh", "a b.wav")
    (folder / "answer.json").write_text(answer)
    again = json.loads(run(guarded, folder, "smooth_again.sh", "answer.json", "1000"))
    assert [(one["start"], one["label"]) for one in again["segments"]] == [(0.0, "music")]
    assert len(json.loads(answer)["segments"]) > 1


def test_many_files(guarded: tuple[Server, str], folder: Path) -> None:
    answers = json.loads(run(guarded, folder, "many_files.sh", "a b.wav", "words.txt", "song.mp3"))
    assert [(one["file"], one["status"]) for one in answers] == [
        ("a b.wav", 200),
        ("words.txt", 415),
        ("song.mp3", 200),
    ]


def test_with_key(guarded: tuple[Server, str], folder: Path) -> None:
    assert json.loads(run(guarded, folder, "with_key.sh", "song.mp3"))["label"] == "music/low"


def test_client(guarded: tuple[Server, str], folder: Path) -> None:
    lines = run(guarded, folder, "client.py", "song.mp3", "a b.wav").splitlines()
    assert lines[0] == "song.mp3: music/low (music 100%, speech 33%, both 33%)"
    assert any("music+speech/high" in line for line in lines)


def test_live(guarded: tuple[Server, str], folder: Path) -> None:
    lines = run(guarded, folder, "live.py", stdin=(folder / "a b.wav").read_bytes()).splitlines()
    assert len(lines) > 15
    assert lines[-1] == "All in all: music/low"


def test_every_example_is_run_here() -> None:
    text = Path(__file__).read_text()
    names = [path.name for path in EXAMPLES.iterdir() if path.suffix in {".py", ".sh"}]
    for name in set(names) - {"__init__.py", "sample.py"}:  # the README's tests run the sample
        assert f'"{name}"' in text, name
