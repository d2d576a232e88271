import numpy as np
import pytest

from tests.sound_files import sound_bytes
from tests.tones import tone

RATE = 8_000


@pytest.fixture(scope="session")
def long_wav() -> bytes:
    """80 minutes; in fine steps they are listened to for some seconds."""
    return sound_bytes("wav_u8", np.tile(tone(300, 60, RATE), 80), RATE)


@pytest.fixture(scope="session")
def minutes_wav() -> bytes:
    """Five of them; in fine steps they are listened to for a good part of a second."""
    return sound_bytes("wav_u8", tone(300, 300, RATE), RATE)
