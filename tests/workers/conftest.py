from pathlib import Path

import pytest
import soundfile

from service.settings import Settings
from tests.tones import MUSIC_HZ, RATE, medley, tone


@pytest.fixture
def settings(tiny_models: Path) -> Settings:
    return Settings(models_dir=tiny_models)


@pytest.fixture(scope="session")
def long_wav(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An hour of 8 kHz: long enough to be interrupted."""
    path = tmp_path_factory.mktemp("long") / "hour.wav"
    with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_U8") as out:
        minute = tone(MUSIC_HZ["low"], 60, 8_000)
        for _ in range(60):
            out.write(minute)
    return str(path)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "medley.wav", medley(), RATE)
    return tmp_path / "medley.wav"
