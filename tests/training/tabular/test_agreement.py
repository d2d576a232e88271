"""Sound beside a table of its features: equal where it is the same sound, and not where its highs are gone."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from service.features.handcrafted import NAMES
from tests.features.test_handcrafted import RATE, one_by_one, rhythm
from tests.training.command import training
from training.tabular.agreement import song_differences, songs_of
from training.tabular.feature_table import PublishedRow

SONGS = {"blues.00000": 220.0, "blues.00001": 350.0, "metal.00000": 510.0}


def sound(hertz: float) -> NDArray[np.float32]:
    return 0.5 * rhythm(4.0, hertz)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What librosa says of each song, number by number."""
    lines = [",".join(("filename", "length", *NAMES, "label"))]
    for song, hertz in SONGS.items():
        samples = sound(hertz)
        numbers = one_by_one(samples)
        cells = (f"{song}.wav", str(len(samples)), *(repr(numbers[name]) for name in NAMES), song.split(".")[0])
        lines.append(",".join(cells))
    path = tmp_path_factory.mktemp("published") / "songs.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def write_songs(folder: Path, cut_hertz: float | None = None) -> Path:
    for song, hertz in SONGS.items():
        samples = sound(hertz)
        if cut_hertz:
            samples = sosfilt(butter(8, cut_hertz, fs=RATE, output="sos"), samples)
        path = folder / song.split(".")[0] / f"{song}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, RATE, subtype="FLOAT")
    return folder


def shares(text: str) -> dict[str, float]:
    lines = [line.rsplit(maxsplit=1) for line in text.splitlines() if line.strip().endswith("%")]
    return {name.strip(): float(share.strip("%")) for name, share in lines}


def test_equal_sound_has_equal_features(table: Path, tmp_path: Path) -> None:
    write_songs(tmp_path / "data")
    (tmp_path / "data" / "blues" / "more.wav").write_bytes(b"in no table, and not heard")
    result = training(tmp_path, "features", str(table), "--data", "data", "--jobs", "1")
    assert result.exit_code == 0, result.output
    found = shares(result.stdout)
    assert list(found) == [*NAMES, "median feature"]
    assert found.pop("median feature") < 0.01
    assert max(found.values()) < 1
    assert "3 songs compared; 0 are not as long as the table says." in result.stdout


def test_what_depends_on_highs_differs_where_there_are_none(table: Path, tmp_path: Path) -> None:
    write_songs(tmp_path / "data", cut_hertz=4_000)
    result = training(tmp_path, "features", str(table), "--data", "data", "--jobs", "1")
    found = shares(result.stdout)
    assert found["median feature"] > 1
    assert min(found["spectral_centroid_mean"], found["rolloff_mean"], found["mfcc1_mean"]) > 10
    assert max(found["chroma_stft_mean"], found["rms_mean"]) < 10


def test_songs_of_another_length_are_left_out(table: Path, tmp_path: Path) -> None:
    folder = write_songs(tmp_path / "data")
    soundfile.write(folder / "metal" / "metal.00000.wav", sound(510.0)[: 2 * RATE], RATE, subtype="FLOAT")
    result = training(tmp_path, "features", str(table), "--data", "data", "--jobs", "1")
    assert "2 songs compared; 1 are not as long as the table says." in result.stdout


def test_a_number_that_should_be_nothing_differs_without_end(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE, np.float32), RATE)
    row = PublishedRow("blues.00000", False, "blues", 1.0, np.zeros(57, np.float32))
    found = song_differences((path, row))
    assert found is not None
    assert found[NAMES.index("rms_mean")] == 0
    assert found[NAMES.index("mfcc1_mean")] == np.inf


def test_what_cannot_be_compared_is_said(table: Path, tmp_path: Path) -> None:
    folder = write_songs(tmp_path / "data")
    (folder / "blues" / "blues.00000.wav").write_bytes(b"no sound")
    refused = training(tmp_path, "features", str(table), "--data", "data", "--jobs", "1")
    assert refused.exit_code == 2
    assert "1 of 3 files cannot be used: 0 missing, 1 broken" in refused.stderr
    skipped = training(tmp_path, "features", str(table), "--data", "data", "--jobs", "1", "--faults", "skip")
    assert "2 songs compared" in skipped.stdout
    text = table.read_text()
    for name, changed, said in (
        ("parts", text.replace(".wav", ".0.wav"), "parts.csv has rows of parts; a table with a row for each song"),
        ("short", text.replace("length", "samples"), "short.csv has no column length"),
        ("other", text.replace("88200", "661794"), "of 3 songs that are in the table none is as long as it says"),
    ):
        (tmp_path / f"{name}.csv").write_text(changed)
        asked = (f"{name}.csv", "--data", str(write_songs(tmp_path / name)), "--jobs", "1")
        result = training(tmp_path, "features", *asked)
        assert result.exit_code == 2
        assert said in result.stderr


def test_rows_are_found_by_song(table: Path) -> None:
    songs = songs_of(table)
    assert list(songs) == list(SONGS)
    assert songs["metal.00000"].seconds == 4
