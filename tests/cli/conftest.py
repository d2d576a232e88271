from pathlib import Path

import pytest
import soundfile

from tests.tones import RATE, SPEECH_HZ, medley, tone


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Two sounds, one in a folder of its own, an empty file that claims to be sound, and a text that does not."""
    folder = tmp_path / "album"
    (folder / "side b").mkdir(parents=True)
    soundfile.write(folder / "medley.flac", medley(), RATE)
    soundfile.write(folder / "side b" / "ähm.wav", tone(SPEECH_HZ, 4), RATE)
    (folder / "broken.mp3").touch()
    (folder / "notes.txt").write_text("no sound")
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """An empty folder for sounds with names of their own."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder
