"""What the tests of this folder ask of a sound file: what was found in it, or why it was refused."""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from service.audio.accepted import Limits
from service.audio.decoded import Samples
from service.audio.guarded_file import Source
from service.audio.sound import open_sound
from service.errors import EarmarkError
from tests.sound_files import sound_bytes
from tests.tones import tone

RATE = 44_100
LEFT_HZ, RIGHT_HZ = 440, 660


@dataclass(frozen=True, slots=True)
class Decoded:
    mono: Samples
    container: str
    codec: str
    sample_rate: int
    channels: int
    seconds: float
    damaged_packets: int
    warnings: tuple[str, ...]


def decode(source: Source | bytes, limits: Limits = Limits()) -> Decoded:  # noqa: B008 - frozen
    """The whole sound."""
    with open_sound(io.BytesIO(source) if isinstance(source, bytes) else source, limits) as sound:
        mono = np.concatenate(list(sound.mono_blocks()))
        return Decoded(
            mono,
            sound.container.name,
            sound.codec,
            sound.sample_rate,
            sound.channels,
            sound.decoded_seconds,
            sound.damaged_packets,
            tuple(sound.warnings()),
        )


def refusal(
    source: Source | bytes,
    expected: type[EarmarkError],
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> str:
    """The message of the error, which is of exactly this class, in sentences and without the file's path."""
    with pytest.raises(EarmarkError) as caught:
        decode(source, limits)
    assert type(caught.value) is expected
    message = caught.value.detail
    assert message[0].isupper()
    assert message.endswith(".")
    if isinstance(source, Path):
        assert str(source.parent) not in message
    return message


@cache
def stereo(seconds: float, rate: int = RATE) -> Samples:
    """A tone on each side."""
    return np.stack([tone(LEFT_HZ, seconds, rate), tone(RIGHT_HZ, seconds, rate)])


@cache
def stereo_file(kind: str, seconds: float, rate: int = RATE) -> bytes:
    return sound_bytes(kind, stereo(seconds, rate), rate)


def amplitude(mono: Samples, hertz: float, rate: int) -> float:
    """How loud a tone is in the middle half of the sound, where no codec fades in or out."""
    quarter = len(mono) // 4
    middle = mono[quarter : quarter + 2 * quarter].astype(np.float64)
    phase = np.exp(-2j * np.pi * hertz * np.arange(len(middle)) / rate)
    window = np.hanning(len(middle))
    return float(2 * np.abs((middle * window * phase).sum()) / window.sum())


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]
