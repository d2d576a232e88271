"""Writes a sound to try Earmark with: a plucked guitar with drums, a pause, then rain. No recording needed."""

import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 22_050
BEAT_SECONDS = 0.5
CHORDS_HZ = (
    (130.8, 164.8, 196.0, 261.6),
    (110.0, 164.8, 220.0, 261.6),
    (87.3, 174.6, 220.0, 261.6),
    (98.0, 146.8, 196.0, 246.9),
)
"""C, A minor, F and G on a guitar, two beats each."""

Sound = NDArray[np.float64]


def pluck(hertz: float, seconds: float, random: np.random.Generator) -> Sound:
    """(n,) A string by Karplus and Strong: a burst of noise goes round and round, and loses its edge each time."""
    period = round(RATE / hertz)
    string = random.uniform(-1, 1, period)
    rounds = []
    for _ in range(round(seconds * RATE) // period + 1):
        rounds.append(string)
        string = 0.497 * (string + np.roll(string, 1))
    return np.concatenate(rounds)[: round(seconds * RATE)]


def kick() -> Sound:
    """(n,) A falling sine."""
    time = np.arange(round(0.25 * RATE)) / RATE
    return np.asarray(np.exp(-14 * time) * np.sin(2 * np.pi * (50 * time + 6 * (1 - np.exp(-25 * time)))))


def snare(random: np.random.Generator) -> Sound:
    time = np.arange(round(0.2 * RATE)) / RATE
    return np.exp(-22 * time) * (0.7 * random.standard_normal(len(time)) + 0.5 * np.sin(2 * np.pi * 185 * time))


def hat(random: np.random.Generator) -> Sound:
    """(n,) High noise, very short."""
    time = np.arange(round(0.06 * RATE)) / RATE
    return np.exp(-70 * time) * np.diff(random.standard_normal(len(time) + 1))


def add(sound: Sound, part: Sound, at_seconds: float, level: float) -> None:
    start = round(at_seconds * RATE)
    end = min(len(sound), start + len(part))
    sound[start:end] += level * part[: end - start]


def band(seconds: float, random: np.random.Generator) -> Sound:
    """(n,) Arpeggios and chords over a drum beat, 120 beats a minute."""
    sound = np.zeros(round(seconds * RATE))
    for beat in range(round(seconds / BEAT_SECONDS)):
        start, chord = beat * BEAT_SECONDS, CHORDS_HZ[beat // 2 % len(CHORDS_HZ)]
        for number, hertz in enumerate(chord if beat % 2 == 0 else chord[::-1]):
            add(sound, pluck(2 * hertz if beat % 2 else hertz, 1.6, random), start + number * BEAT_SECONDS / 4, 0.22)
        add(sound, kick() if beat % 2 == 0 else snare(random), start, 0.4 if beat % 2 == 0 else 0.22)
        for half in (0.0, BEAT_SECONDS / 2):
            add(sound, hat(random), start + half, 0.08)
    return sound


def rain(seconds: float, random: np.random.Generator) -> Sound:
    """(n,) A steady hiss, and drops that fall at random."""
    length = round(seconds * RATE)
    hiss = np.convolve(random.standard_normal(length), [0.35, 0.4, 0.25], mode="same")
    sound = 0.15 * hiss
    for start in random.integers(0, length, round(220 * seconds)):
        time = np.arange(round(random.uniform(0.002, 0.012) * RATE)) / RATE
        drop = np.exp(-time * 500) * np.sin(2 * np.pi * random.uniform(1_500, 7_000) * time)
        add(sound, drop, start / RATE, random.exponential(0.05))
    return sound


def sample() -> Sound:
    """(24 * RATE,)"""
    random = np.random.default_rng(1)
    music, wet = band(12.0, random), rain(9.0, random)
    return np.concatenate([0.5 * music / np.abs(music).max(), np.zeros(3 * RATE), 0.5 * wet / np.abs(wet).max()])


def main() -> None:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "sample.wav")
    soundfile.write(path, sample().astype(np.float32), RATE)
    print(f"Wrote {path}: 12 s of a plucked guitar with drums, 3 s of silence, 9 s of rain.")


if __name__ == "__main__":
    main()
