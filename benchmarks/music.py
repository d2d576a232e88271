"""A sound that loads decoders as music does: plucked chords, a bass and drums, different on both channels."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Stereo = NDArray[np.float32]
"""float32 (frames, 2) in [-1, 1]."""

RATE = 44_100
BLOCK_SECONDS = 10
SEED = 7
NOTE_SECONDS = 2.0
PARTIALS = 14
NOTES_HZ = tuple(110 * 2 ** (step / 12) for step in (0, 3, 5, 7, 10, 12, 15, 17, 19, 22, 24, 27))
NOTES_PER_SECOND = 8
BEATS_PER_SECOND = 4


def music(seconds: float, rate: int = RATE) -> Iterator[Stereo]:
    """Blocks of ten seconds, the same ones at every call. Notes ring on from block to block."""
    random = np.random.default_rng(SEED)
    notes = [_note(hertz, rate) for hertz in NOTES_HZ]
    drums = [_drum(random, length, rate) for length in (0.03, 0.12)]
    frames = BLOCK_SECONDS * rate
    ringing = np.zeros((math.ceil(NOTE_SECONDS * rate), 2), dtype=np.float32)
    left = round(seconds * rate)
    while left > 0:
        block = np.concatenate([ringing, np.zeros((frames, 2), dtype=np.float32)])
        for at in range(0, frames, rate // NOTES_PER_SECOND):
            _add(block, at, notes[random.integers(len(notes))], random)
        for at in range(0, frames, rate // BEATS_PER_SECOND):
            _add(block, at, drums[random.integers(len(drums))], random)
        block += random.standard_normal(block.shape, dtype=np.float32) * np.float32(0.001)
        yield np.clip(block[: min(frames, left)], -1, 1)
        ringing = block[frames:]
        left -= frames


def _note(hertz: float, rate: int) -> NDArray[np.float32]:
    """(frames,): a plucked string; high partials are weaker and die sooner."""
    time = np.arange(math.ceil(NOTE_SECONDS * rate)) / rate
    sound = np.zeros_like(time)
    for partial in range(1, PARTIALS + 1):
        stretched = partial * hertz * math.sqrt(1 + 0.0004 * partial**2)
        sound += np.exp(-time * (1.5 + 0.7 * partial)) * np.sin(2 * np.pi * stretched * time) / partial
    fade = np.minimum(1, (NOTE_SECONDS - time) / 0.05)
    return (0.12 * sound * fade).astype(np.float32)


def _drum(random: np.random.Generator, length_seconds: float, rate: int) -> NDArray[np.float32]:
    time = np.arange(math.ceil(8 * length_seconds * rate)) / rate
    return (0.1 * random.standard_normal(len(time)) * np.exp(-time / length_seconds)).astype(np.float32)


def _add(block: Stereo, at: int, sound: NDArray[np.float32], random: np.random.Generator) -> None:
    """Somewhere between the channels: by level, and by half a millisecond at most."""
    for channel, gain in enumerate(random.uniform(0.2, 1.0, size=2)):
        start = at + int(random.integers(20))
        part = block[start : start + len(sound), channel]
        part += np.float32(gain) * sound[: len(part)]
