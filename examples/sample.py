"""Writes a sound to try Earmark with: chords, a pause, then noise that swells like traffic. No recording needed."""

import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 22_050
CHORDS_HZ = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))


def plucked_chord(frequencies: tuple[float, ...], seconds: float) -> NDArray[np.float64]:
    """(n,) strings that ring out, each with five partials."""
    time = np.arange(round(seconds * RATE)) / RATE
    strings: list[NDArray[np.float64]] = [
        np.exp(-2 * partial * time) * np.sin(2 * np.pi * hertz * partial * time) / partial
        for hertz in frequencies
        for partial in range(1, 6)
    ]
    return np.asarray(0.15 * np.sum(strings, axis=0))


def swelling_noise(seconds: float) -> NDArray[np.float64]:
    noise = np.random.default_rng(1).standard_normal(round(seconds * RATE))
    rumble = np.convolve(noise, np.ones(32) / 32, mode="same")
    return 0.5 * rumble * (0.6 + 0.4 * np.sin(np.linspace(0, 3 * np.pi, len(rumble))))


def main() -> None:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "sample.wav")
    music = np.concatenate([plucked_chord(chord, 1.0) for chord in CHORDS_HZ * 3])
    sound = np.concatenate([music, np.zeros(3 * RATE), swelling_noise(9.0)])
    soundfile.write(path, sound.astype(np.float32), RATE)
    print(f"Wrote {path}: 12 s of chords, 3 s of silence, 9 s of noise.")


if __name__ == "__main__":
    main()
