"""Sounds that the tiny models can tell apart, made by arithmetic."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RATE = 16_000

MUSIC_HZ = {"low": 300.0, "high": 700.0}
"""The tiny gate calls these music, and the tiny genre model tells one from the other."""
SPEECH_HZ = 1_500.0
SCENE_HZ = {"hum": 3_500.0, "hiss": 6_000.0}


def tone(hertz: float, seconds: float, rate: int = RATE, amplitude: float = 0.2) -> NDArray[np.float32]:
    """float32 (n,)"""
    time = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def silence(seconds: float, rate: int = RATE) -> NDArray[np.float32]:
    return np.zeros(round(seconds * rate), dtype=np.float32)


def noise(seconds: float, rate: int = RATE, amplitude: float = 0.1, seed: int = 0) -> NDArray[np.float32]:
    return (amplitude * np.random.default_rng(seed).standard_normal(round(seconds * rate))).astype(np.float32)


def medley(rate: int = RATE) -> NDArray[np.float32]:
    """33 s: low music, speech, high music under speech, silence, hum, hiss, and 1.5 s of low music."""
    both = tone(MUSIC_HZ["high"], 6, rate) + tone(SPEECH_HZ, 6, rate)
    parts: Sequence[NDArray[np.float32]] = (
        tone(MUSIC_HZ["low"], 9, rate),
        tone(SPEECH_HZ, 6, rate),
        both,
        silence(3, rate),
        tone(SCENE_HZ["hum"], 6, rate),
        tone(SCENE_HZ["hiss"], 3, rate),
        tone(MUSIC_HZ["low"], 1.5, rate),
    )
    return np.concatenate(parts)
