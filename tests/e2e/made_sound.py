"""Sound that everybody would call music, speech, both or neither, made here and now."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 16_000
CHORDS_HZ = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))
SENTENCES = (
    "The quick brown fox jumps over the lazy dog, and then it goes home to sleep.",
    "On Monday the council met to speak about the new bridge over the river.",
    "Please leave your message after the tone, and we will call you back tomorrow.",
)


def chords(seconds: float = 12.0) -> NDArray[np.float32]:
    """A progression of plucked chords, one each second, over a bass."""
    notes = [_plucked(chord, 1.0) for chord in CHORDS_HZ]
    whole = np.concatenate(notes * (int(seconds) // len(notes) + 1))
    return _level(whole[: round(seconds * RATE)])


@cache
def speech(voice: str = "en", speed: int = 160) -> NDArray[np.float32]:
    """espeak-ng reading some sentences."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(path), " ".join(SENTENCES)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        samples, rate = soundfile.read(path, dtype="float32")
    return _level(soxr.resample(samples, rate, RATE))


def speech_over_chords(decibels: float) -> NDArray[np.float32]:
    """The speech is so much louder than the chords."""
    said = speech()
    played = chords(len(said) / RATE + 1)[: len(said)]
    return _level(said * 10 ** (decibels / 20) + played)


def pink_noise(seconds: float = 12.0, seed: int = 1) -> NDArray[np.float32]:
    white = np.fft.rfft(np.random.default_rng(seed).standard_normal(round(seconds * RATE)))
    frequencies = np.arange(len(white))
    white[1:] /= np.sqrt(frequencies[1:])
    white[0] = 0
    return _level(np.fft.irfft(white, round(seconds * RATE)))


def white_noise(seconds: float = 12.0) -> NDArray[np.float32]:
    return _level(np.random.default_rng(5).standard_normal(round(seconds * RATE)))


def clicks(seconds: float = 9.0) -> NDArray[np.float32]:
    """A knock now and then, at no beat that could be danced to, in a quiet room."""
    random = np.random.default_rng(7)
    sound = 0.002 * random.standard_normal(round(seconds * RATE))
    time = np.arange(round(0.03 * RATE)) / RATE
    for start in np.sort(random.integers(0, len(sound) - len(time), round(2 * seconds))):
        sound[start : start + len(time)] += np.exp(-200 * time) * random.standard_normal(len(time))
    return _level(sound)


def siren(seconds: float = 12.0) -> NDArray[np.float32]:
    """A wail between 600 and 1400 Hz, one way in two seconds, with overtones."""
    time = np.arange(round(seconds * RATE)) / RATE
    hertz = 1_000 - 400 * np.cos(2 * np.pi * time / 4)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    wail = sum(np.sin(partial * phase) / partial**2 for partial in (1, 2, 3, 4))
    return _level(wail + 0.02 * np.random.default_rng(9).standard_normal(len(time)))


def _plucked(frequencies: tuple[float, ...], seconds: float) -> NDArray[np.float64]:
    time = np.arange(round(seconds * RATE)) / RATE
    strings = [
        np.exp(-2 * partial * time) * np.sin(2 * np.pi * hertz * partial * time) / partial
        for hertz in (*frequencies, frequencies[0] / 2)
        for partial in range(1, 8)
    ]
    attack = np.minimum(1, time / 0.005)
    return np.asarray(np.sum(strings, axis=0) * attack)


def _level(samples: NDArray[np.floating]) -> NDArray[np.float32]:
    """At -20 dB below full scale, by its RMS."""
    levelled: NDArray[np.float32] = (0.1 * samples / np.sqrt(np.mean(np.square(samples)))).astype(np.float32)
    return levelled
