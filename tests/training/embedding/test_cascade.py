"""What is let through by one network, and what the other one says of it, on answers whose truth is known."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from tests.tiny_models import write_tiny, write_tiny_models
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, silence, tone
from tests.training.evaluation.simulated import predictions
from training.embedding.cascade_command import cascade
from training.embedding.cascade_report import HeldOutNetwork, PackagedNetwork, cascade_report, track_shares
from training.evaluation.predictions import Predictions, PredictionsError

FILES = ("a.wav", "b.wav", "c.wav", "d.wav", "e.wav", "f.wav")


def first_network() -> Predictions:
    """a to c are music; network one takes d for it, too, and misses c. Of e and f it is sure."""
    logits = [(4, 0), (4, 0), (0, 3), (2, 0), (0, 4), (0, 4)]
    truth = [(1, 0), (1, 0), (1, 0), (0, 1), (0, 1), (0, 1)]
    return predictions(logits, truth, labels=("music", "rest"), names=FILES)


def second_network(*, leaks: bool = False) -> Predictions:
    """Right about a; b is metal, too, but called jazz, and the stray d is called jazz. Knows nothing of c."""
    logits = [(5, 0, 0), (0, 4, 0), (0, 3, 0), (0, 0, 6), (0, 0, 6)]
    truth = [(1, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 1), (0, 0, 1)]
    names = tuple(name for name in FILES if name != "c.wav")
    return predictions(logits, truth, labels=("metal", "jazz", "unknown"), names=names, leaks=leaks)


def test_the_second_network_is_judged_on_what_the_first_lets_through() -> None:
    report = cascade_report(first_network(), "music", HeldOutNetwork(second_network()))
    assert [one.name for one in report.called] == ["a.wav", "b.wav", "d.wav"]
    assert (report.files, report.music_files, report.hits, report.false_alarms) == (6, 3, 2, 1)
    assert report.confusion.answers == ("metal", "jazz", "unknown")
    np.testing.assert_array_equal(report.confusion.counts, [[1, 1, 0], [0, 0, 0], [0, 1, 0]])
    assert report.accuracy == pytest.approx(1 / 3)
    assert report.interval is not None
    assert "had not heard" in report.note


def test_a_file_that_only_the_first_network_knows_is_counted_apart() -> None:
    strangers = second_network()
    report = cascade_report(first_network(), "music", HeldOutNetwork(strangers.subset(np.arange(5) > 0)))
    assert [one.answer is None for one in report.called] == [True, False, False]
    assert report.confusion.counts.sum() == 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs, tiny packages, and a corpus of two tones with a third that none of the labels fits."""
    root = tmp_path_factory.mktemp("cascade")
    write_tiny_models(root / "models")
    (root / "one").mkdir()
    (root / "two").mkdir()
    first_network().save(root / "one" / "predictions.npz")
    second_network(leaks=True).save(root / "two" / "predictions.npz")
    for label, hertz in (("low", MUSIC_HZ["low"]), ("high", MUSIC_HZ["high"]), ("hum", MUSIC_HZ["high"])):
        (root / "data" / label).mkdir(parents=True)
        soundfile.write(root / "data" / label / "0.wav", tone(hertz, 4), RATE)
    track = np.concatenate([tone(MUSIC_HZ["low"], 6), tone(MUSIC_HZ["high"], 3), tone(SPEECH_HZ, 3), silence(3)])
    soundfile.write(root / "track.wav", track, RATE)
    return root


def test_a_package_hears_the_files_that_are_let_through(folder: Path) -> None:
    names = tuple(f"data/{label}/0.wav" for label in ("low", "high", "hum"))
    heard = predictions([(4, 0), (4, 0), (4, 0)], np.eye(2)[[0, 0, 1]], labels=("music", "rest"), names=names)
    heard = Predictions(**{**{name: getattr(heard, name) for name in Predictions.__slots__}, "corpora": ("data",) * 3})
    report = cascade_report(heard, "music", PackagedNetwork(folder / "models" / "genre" / "1.0.0", [folder / "data"]))
    assert report.confusion.answers == ("low", "high", "unknown")
    np.testing.assert_array_equal(report.confusion.counts, [[1, 0, 0], [0, 1, 0], [0, 1, 0]])
    assert "if it has learned from these files" in report.note


@pytest.mark.parametrize(("seconds", "chunks"), [(3.0, 1), (1.5, 2), (6.0, 0.5)])
def test_a_track_is_heard_as_the_service_would(seconds: float, chunks: float, folder: Path, tmp_path: Path) -> None:
    """In chunks of the second network's length; the last of 6 s is the 3 s that are left."""
    hertz = {name: [own] for name, own in MUSIC_HZ.items()}
    genre = write_tiny(tmp_path, "genre", hertz, "softmax", chunk_seconds=seconds)
    shares = track_shares(folder / "track.wav", folder / "models" / "gate" / "1.0.0", genre.folder, "music")
    assert (shares.chunks, shares.chunk_seconds) == (max(3, 5 * chunks), seconds)
    if seconds <= 3:
        assert shares.first == {"music": 3 * chunks, "speech": chunks, "silence": chunks}
        assert shares.second == {"low": 2 * chunks, "high": chunks}
        assert shares.mean_probability == pytest.approx(0.75, abs=0.05)


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(cascade)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output.replace("\n", " ")


def test_the_command_writes_text_tables_and_pictures(folder: Path) -> None:
    gate, genre = (str(folder / "models" / name / "1.0.0") for name in ("gate", "genre"))
    named = ("--track", str(folder / "track.wav"), "--first-package", gate, "--second-package", genre)
    status, result = run(str(folder / "one"), str(folder / "two"), *named, "--out", str(folder / "out"))
    assert status == 0, result
    assert "called 3 of 6 files music: 2 of 3 that are, and 1 that are not." in result
    assert "Network two leaks (grouped 2-fold): these are no test results." in result
    assert "network one: music 3 (60.0%)" in result
    assert (folder / "out" / "cascade.txt").read_text().startswith("Network one (grouped 2-fold) called")
    for picture in ("confusion.png", "track.png"):
        assert (folder / "out" / picture).read_bytes().startswith(b"\x89PNG")
    called = list(csv.DictReader((folder / "out" / "called.csv").read_text().splitlines()))
    assert [(row["file"], row["is it"], row["said"]) for row in called][-1] == ("d.wav", "no", "jazz")
    assert (folder / "out" / "confusion.csv").read_text().splitlines()[1] == "metal,1,1,0"
    rows = (folder / "out" / "track.csv").read_text().splitlines()
    assert rows[1:4] == ["one,music,3,0.6000", "one,speech,1,0.2000", "one,silence,1,0.2000"]
    assert rows[4:] == ["two,low,2,0.6667", "two,high,1,0.3333"]


def test_what_cannot_be_reported_is_said_plainly(folder: Path) -> None:
    one, two, genre = str(folder / "one"), str(folder / "two"), str(folder / "models" / "genre" / "1.0.0")
    for arguments, said in (
        ((one, two, "--music", "song"), "Network one has no label 'song'. It has: music, rest."),
        ((str(folder), two), "has no predictions.npz; name the folder of a run that was evaluated."),
        ((one, genre), "is a package: say with --data where the files are"),
        ((one, two, "--track", "x.wav"), "A track is heard by two packages"),
    ):
        status, result = run(*arguments)
        assert (status, said in result) == (2, True), result
    with pytest.raises(PredictionsError, match="exactly one label for each file"):
        PackagedNetwork(folder / "models" / "gate" / "1.0.0", [])
    with pytest.raises(PredictionsError, match=r"asks the gate for \['song'\]; its labels are \['low', 'high'\]"):
        track_shares(folder / "track.wav", Path(genre), Path(genre), "song")
