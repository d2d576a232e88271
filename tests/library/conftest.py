from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.tones import RATE, medley


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sounds of different lengths in two folders, some files that are none, and one that is empty. Copy to change."""
    folder = tmp_path_factory.mktemp("album")
    (folder / "b side").mkdir()
    for number in range(12):
        sound = np.roll(medley(), number * RATE)[: RATE * (3 + number)]
        soundfile.write(folder / ("b side" if number % 2 else "") / f"{number:02}.wav", sound, RATE)
    (folder / "empty.mp3").touch()
    (folder / "b side" / "torn.flac").write_bytes(b"fLaC and no more")
    (folder / "notes.txt").write_text("no sound")
    return folder
