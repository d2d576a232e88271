import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.audio.accepted import Limits
from service.audio.decoded import BLOCK_FRAMES
from service.audio.sound import open_sound
from service.errors import TooLong, UndecodableAudio, UnsupportedChannels, UnsupportedSampleRate
from service.settings import Settings
from tests.audio.decoding import decode, patched, refusal, stereo_file
from tests.sound_files import sound_bytes
from tests.tones import tone

HOUR_SECONDS = 3_600
BOMB_RATE = 8_000


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two hours of silence."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.flac"
    minute = np.zeros(60 * BOMB_RATE, dtype=np.int16)
    with soundfile.SoundFile(path, "w", BOMB_RATE, 1) as file:
        for _ in range(120):
            file.write(minute)
    yield path
    path.unlink()


def test_a_small_file_with_a_long_sound(bomb: Path) -> None:
    assert bomb.stat().st_size < 1_000_000
    message = refusal(bomb, TooLong, Settings(max_duration_seconds=HOUR_SECONDS).limits)
    assert "3600 s" in message
    assert "7200.0 s" in message


def test_the_limit_stops_the_decoder(bomb: Path) -> None:
    with open_sound(bomb, Limits(max_duration_seconds=60)) as sound:
        with pytest.raises(TooLong):
            list(sound.mono_blocks())
        assert sound.decoded_frames <= 60 * BOMB_RATE + BLOCK_FRAMES


def test_the_length_is_counted_where_the_header_does_not_say_it() -> None:
    message = refusal(stereo_file("aac", 2.5), TooLong, Limits(max_duration_seconds=2))
    assert "At most 2 s" in message
    assert "longer than that" in message


def test_a_header_that_claims_too_much_is_not_believed() -> None:
    claims_days = patched(stereo_file("flac_16", 0.3), 8 + 14, b"\xff\xff\xff\xff")
    assert decode(claims_days, Limits(max_duration_seconds=1)).seconds == pytest.approx(0.3)


@pytest.mark.parametrize("channels", [0, 9, 32])
@pytest.mark.parametrize("kind", ["wav_16", "wav_extensible"])
def test_a_wrong_number_of_channels(kind: str, channels: int) -> None:
    message = refusal(patched(stereo_file(kind, 0.3), 22, struct.pack("<H", channels)), UnsupportedChannels)
    assert f"{channels} channels" in message
    assert "1 to 8" in message


def test_the_number_of_channels_is_a_setting() -> None:
    limits = Settings(max_channels=2).limits
    refusal(sound_bytes("flac_16", np.zeros((3, 1_000), dtype=np.float32), 44_100), UnsupportedChannels, limits)


@pytest.mark.parametrize("rate", [1, 1_000, 3_999, 192_001, 768_000])
def test_a_wrong_sample_rate(rate: int) -> None:
    for kind, at, order in (("wav_16", 24, "<I"), ("au", 16, ">I")):
        message = refusal(patched(stereo_file(kind, 0.3), at, struct.pack(order, rate)), UnsupportedSampleRate)
        assert f"{rate} Hz" in message
        assert "4000 to 192000 Hz" in message


@pytest.mark.parametrize("rate", [1_000, 768_000])
def test_files_that_were_really_made_at_such_a_rate(rate: int) -> None:
    refusal(sound_bytes("wav_16", tone(100, 0.3, rate), rate), UnsupportedSampleRate)


def test_no_sample_rate_at_all() -> None:
    refusal(patched(stereo_file("wav_16", 0.3), 24, bytes(4)), UndecodableAudio)
