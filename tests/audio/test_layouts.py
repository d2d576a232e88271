import numpy as np
import pytest

from tests.audio.decoding import amplitude, decode
from tests.sound_files import KINDS, sound_bytes
from tests.tones import tone

RATE = 48_000
BASS_CHANNEL_HZ = 80
"""Lossy codecs leave only bass to the channel for it, which is one of these (which one, the container says)."""
MP3_RATES = (8_000, 48_000)
AAC_RATES = (8_000, 96_000)
RATES = [4_000, 8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000]


def codec_allows_channels(kind: str, channels: int) -> bool:
    if KINDS[kind].codec == "mp3":
        return channels <= 2
    if KINDS[kind].codec == "alac":
        return channels <= 6  # what FFmpeg's encoder and our names of layouts have in common
    return not (KINDS[kind].codec == "opus" and channels == 4)  # "quad" there, "4.0" everywhere else


def codec_allows_rate(kind: str, rate: int) -> bool:
    lowest, highest = {"mp3": MP3_RATES, "aac": AAC_RATES}.get(KINDS[kind].codec, (0, 200_000))
    return lowest <= rate <= highest


@pytest.mark.parametrize(
    ("kind", "channels"),
    [(kind, channels) for kind in KINDS for channels in range(1, 9) if codec_allows_channels(kind, channels)],
)
def test_every_channel_is_heard(kind: str, channels: int) -> None:
    tones_hz = [300 + 70 * number for number in range(channels)]
    found = decode(sound_bytes(kind, np.stack([tone(hertz, 1, RATE) for hertz in tones_hz]), RATE))
    assert found.channels == channels
    assert found.seconds == pytest.approx(1, abs=0.1)
    heard = [amplitude(found.mono, hertz, found.sample_rate) * channels for hertz in tones_hz]
    has_bass_channel = KINDS[kind].codec in {"aac", "vorbis"} and channels in {6, 8}
    assert sum(level == pytest.approx(0.2, rel=0.1) for level in heard) >= channels - has_bass_channel


@pytest.mark.parametrize(
    ("kind", "rate"), [(kind, rate) for kind in KINDS for rate in RATES if codec_allows_rate(kind, rate)]
)
def test_every_rate_is_kept(kind: str, rate: int) -> None:
    found = decode(sound_bytes(kind, tone(440, 1.5, rate), rate))
    expected_rate = KINDS[kind].rate or rate
    assert found.sample_rate == expected_rate
    assert found.seconds == pytest.approx(1.5, abs=0.2)  # at 8 kHz, a frame of MP3 or AAC is longer than 0.1 s
    assert amplitude(found.mono, 440, expected_rate) == pytest.approx(0.2, rel=0.1)
