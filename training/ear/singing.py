"""Singing made from speech: the data has no voices that sing alone, and a gate must know them for music.

A voice is stretched over the notes of a melody and brought to their pitch, with vibrato and slides from note to note:
by its own periods, overlapped and added at the new pitch (TD-PSOLA), or by its spectral envelopes, filled with
harmonics. One voice, or a few of them in harmony.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from service.audio.decoded import Samples

RATE = 16_000
_HOP = 160
_FFT = 512
_MIN_SPEECH = RATE // 2
_LIFTER = 40
"""Cepstral coefficients kept, as for a voice below 400 Hz."""
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10))
"""Major, minor, two pentatonic: semitones above the keynote."""
_HARMONIES = (0.0, 7.0, 12.0, 4.0, -12.0, 3.0, -5.0)


def sung(speech: Samples, length: int, rng: np.random.Generator) -> Samples:
    """float32 speech (n,) at RATE -> float32 (length,), of no particular level. Never silent for a whole note."""
    frames = length // _HOP + 2
    if len(speech) < _MIN_SPEECH:
        speech = np.resize(speech, _MIN_SPEECH) if len(speech) else np.ones(_MIN_SPEECH, dtype=np.float32)
    by_periods = rng.random() < 0.7
    period = _periods(speech) if by_periods else None
    if period is not None and not np.any(period > 0):
        period = None  # nothing voiced: a whisper
    envelopes = _voiced_envelopes(speech) if period is None else None
    pitch, position = _melody(frames, len(speech) // _HOP if envelopes is None else len(envelopes), rng)
    song = np.zeros(length, dtype=np.float32)
    for voice in range(int(rng.choice([1, 1, 1, 2, 3, 4]))):
        transposed = pitch * 2 ** ((_HARMONIES[voice] + rng.normal(0, 0.1)) / 12)
        late = np.clip(position + rng.integers(-3, 4), 0, position.max()) if voice else position
        if envelopes is not None:
            song += _harmonics(envelopes[late], transposed, length, rng)
        elif period is not None:
            song += _overlapped(speech, period, transposed, late, length)
    if rng.random() < 0.5:
        song = _in_a_room(song, rng)
    return song


def _periods(speech: Samples) -> NDArray[np.float64]:
    """Samples of a period around each _HOP of speech, by autocorrelation; 0 where it is not voiced."""
    span = 1_024
    padded = np.pad(speech, span // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, span)[::_HOP][: len(speech) // _HOP]
    frames = frames * np.hanning(span).astype(np.float32)
    power = np.abs(scipy.fft.rfft(frames, 2 * span, axis=1)) ** 2
    correlation = scipy.fft.irfft(power, axis=1)[:, :span]
    window = scipy.fft.irfft(np.abs(scipy.fft.rfft(np.hanning(span), 2 * span)) ** 2)[:span]
    first, last = RATE // 400, RATE // 75
    ratio = correlation[:, first:last] / (correlation[:, :1] + 1e-9) / (window[first:last] / window[0])
    # Of equally good periods the shortest: the others are its multiples.
    best = np.argmax(ratio >= 0.9 * ratio.max(1, keepdims=True), axis=1)
    while True:  # up to the peak that begins there
        higher = np.take_along_axis(ratio, np.minimum(best + 1, ratio.shape[1] - 1)[:, None], 1)[:, 0]
        climbing = higher > np.take_along_axis(ratio, best[:, None], 1)[:, 0]
        if not climbing.any():
            break
        best = best + climbing
    loud = correlation[:, 0] > 0.02 * np.quantile(correlation[:, 0], 0.9)
    return np.where(loud & (ratio.max(1) > 0.5), best + first, 0).astype(np.float64)


def _overlapped(
    speech: Samples, period: NDArray[np.float64], pitch: NDArray[np.float64], position: NDArray[np.intp], length: int
) -> Samples:
    """Two periods of `speech` at a time, from `position` (frames,), one after the other at `pitch` (frames,)."""
    song = np.zeros(length + 2 * RATE // 75, dtype=np.float32)
    at = 0.0
    while at < length:
        frame = int(at) // _HOP
        place = int(position[frame])
        own = period[place]
        voiced = own > 0
        half = int(own) if voiced else _HOP
        centre = place * _HOP + _HOP // 2
        if voiced:  # the grain sits on the period's strongest moment, so that grains agree
            low = max(0, centre - half // 2)
            around = speech[low : low + half]
            centre = low + int(np.abs(around).argmax()) if len(around) else centre
        low, high = max(0, centre - half), min(len(speech), centre + half)
        grain = speech[low:high] * np.hanning(high - low).astype(np.float32)
        song[int(at) : int(at) + len(grain)] += grain
        at += RATE / pitch[frame] if voiced else half
    return song[:length]


def _voiced_envelopes(speech: Samples) -> NDArray[np.float32]:
    """float32 (frames, 257): log amplitude of the loud frames' spectral envelopes, in their order."""
    count = (len(speech) - _FFT) // _HOP + 1
    frames = np.lib.stride_tricks.sliding_window_view(speech, _FFT)[::_HOP][:count] * np.hanning(_FFT)
    spectra = np.abs(scipy.fft.rfft(frames.astype(np.float32), axis=1))
    low = spectra[:, 3:64].sum(1)  # 100 to 2,000 Hz: where a voiced frame has its power
    loud = spectra[low >= 0.25 * np.quantile(low, 0.9)]
    logarithms = np.log(loud + 1e-3 * loud.max() + 1e-9)
    cepstra = scipy.fft.irfft(logarithms, axis=1)
    cepstra[:, _LIFTER:-_LIFTER] = 0
    envelopes: NDArray[np.float32] = scipy.fft.rfft(cepstra, axis=1).real.astype(np.float32)
    return envelopes


def _melody(frames: int, envelopes: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Per frame of 10 ms the pitch in Hz, and which envelope sounds."""
    scale = _SCALES[rng.integers(len(_SCALES))]
    keynote = rng.uniform(90, 330)
    degree = int(rng.integers(len(scale)))
    slow = np.exp(rng.uniform(np.log(0.18), np.log(0.9)))
    semitones = np.empty(frames)
    position = np.empty(frames, dtype=np.intp)
    at, place = 0, int(rng.integers(envelopes))
    while at < frames:
        note = max(8, round(100 * slow * float(rng.choice([0.5, 1, 1, 1, 2, 3]))))
        end = min(frames, at + note)
        degree = int(np.clip(degree + rng.choice([-3, -2, -1, -1, 0, 0, 1, 1, 2, 3]), 0, 2 * len(scale) - 1))
        semitones[at:end] = scale[degree % len(scale)] + 12 * (degree // len(scale))
        # Words go by slower than they were spoken; a wobble, since no vowel is held as still as a machine holds it.
        moving = np.arange(end - at) / rng.uniform(1.1, 4.0) + rng.uniform(0, 1.5, end - at)
        position[at:end] = (place + moving.astype(np.intp)) % envelopes
        place = (place + int(moving[-1])) % envelopes
        at = end
    glide = int(rng.integers(3, 12))
    smooth = np.convolve(np.pad(semitones, glide, mode="edge"), np.ones(glide) / glide, mode="same")[glide:-glide]
    time = np.arange(frames) / 100
    vibrato = rng.uniform(0.0, 0.7) * np.sin(2 * np.pi * rng.uniform(4.5, 6.8) * time + rng.uniform(0, 6))
    drift = np.cumsum(rng.normal(0, 0.02, frames))
    return keynote * 2 ** ((smooth + vibrato + drift - drift.mean()) / 12), position


def _harmonics(
    envelopes: NDArray[np.float32], pitch: NDArray[np.float64], length: int, rng: np.random.Generator
) -> Samples:
    """A pulse train of `pitch` (frames,) and some breath, through `envelopes` (frames, 257)."""
    times = np.arange(length) / _HOP
    hertz = np.interp(times, np.arange(len(pitch)), pitch)
    half = np.pi * np.cumsum(hertz) / RATE + rng.uniform(0.1, 3)
    count = np.floor(7_600 / hertz)  # harmonics below half the rate: their sum has a closed form
    sine = np.sin(half)
    pulses = np.where(np.abs(sine) > 1e-4, np.sin((2 * count + 1) * half) / np.where(sine == 0, 1, sine), 2 * count + 1)
    pulses = (pulses - 1) / np.sqrt(2 * count)
    pulses += rng.uniform(0.005, 0.08) * rng.standard_normal(length)
    frames = len(envelopes)
    padded = np.zeros((frames - 1) * _HOP + _FFT, dtype=np.float32)
    padded[: min(length, len(padded))] = pulses[: len(padded)]
    window = np.hanning(_FFT).astype(np.float32)
    cut = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP]
    kernel = np.array([0.25, 0.5, 0.25], dtype=np.float32)
    gains = np.exp(envelopes)
    gains[1:-1] = kernel[0] * gains[:-2] + kernel[1] * gains[1:-1] + kernel[2] * gains[2:]
    shaped = scipy.fft.irfft(scipy.fft.rfft(cut * window, axis=1) * gains, axis=1)
    song = np.zeros(len(padded), dtype=np.float32)
    for row in range(frames):
        song[row * _HOP : row * _HOP + _FFT] += shaped[row]
    return np.resize(song, length) if len(song) < length else song[:length]


def _in_a_room(song: Samples, rng: np.random.Generator) -> Samples:
    """With an exponential tail of noise, as a hall or a bathroom has it."""
    seconds = rng.uniform(0.3, 2.0)
    tail = int(seconds * RATE)
    response = rng.standard_normal(tail) * np.exp(-6.9 * np.arange(tail) / tail)
    response *= rng.uniform(0.1, 0.6) / np.sqrt(np.sum(response**2))
    response[0] += 1
    size = scipy.fft.next_fast_len(len(song) + tail, real=True)
    wet: Samples = scipy.fft.irfft(scipy.fft.rfft(song, size) * scipy.fft.rfft(response, size), size)[: len(song)]
    return wet.astype(np.float32)
