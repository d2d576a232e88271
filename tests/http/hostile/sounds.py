"""Files that are no good: each is small, and wants to be much more."""

import io
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
import soundfile

from tests.audio.mutants import Mutant, Nursery
from tests.sound_files import silent_video, sound_bytes
from tests.tones import RATE, tone

BOMB_RATE = 8_000


def silent_flac(seconds: int, channels: int = 1) -> bytes:
    file = io.BytesIO()
    minute = np.zeros((60 * BOMB_RATE, channels), dtype=np.int16)
    with soundfile.SoundFile(file, "w", BOMB_RATE, channels, format="FLAC") as sound:
        for _ in range(seconds // 60):
            sound.write(minute)
    return file.getvalue()


@cache
def bombs() -> Mapping[str, tuple[bytes, str | None]]:
    """What is sent, and the slug of the problem that it is; None for what can be listened to, if with patience."""
    return {
        "two hours of silence in 176 KB": (silent_flac(7_200), "too-long"),
        "eight channels": (silent_flac(600, channels=8), None),
        "no sound in it": (silent_video(), "no-audio-track"),
        "nine channels": (sound_bytes("wav_16", np.zeros((9, 1_000), dtype=np.float32), RATE), "unsupported-channels"),
        "a rate of 1 kHz": (sound_bytes("wav_16", tone(100, 0.3, 1_000), 1_000), "unsupported-sample-rate"),
        "a rate of 768 kHz": (sound_bytes("wav_16", tone(100, 0.3, 768_000), 768_000), "unsupported-sample-rate"),
        "a header that claims 4 GB": (b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(100), "undecodable-audio"),
    }


@cache
def nursery() -> Nursery:
    return Nursery()


def mutants(count: int) -> Iterator[Mutant]:
    return (nursery().mutant(number) for number in range(count))
