"""Short-time Fourier magnitudes of a stream: what log-mel and STFT front-ends have in common."""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from service.features.framing import Framer, Frames, Samples

FRAMES_AT_ONCE = 256
"""Frames per transform: their windowed copies stay in the second-level cache."""


def periodic_hann(win_length: int, n_fft: int) -> NDArray[np.float32]:
    """The window (win_length,) in the middle of n_fft zeros, as librosa and VGGish have it."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win_length) / win_length)
    left = (n_fft - win_length) // 2
    return np.pad(window, (left, n_fft - win_length - left)).astype(np.float32)


class PowerSpectrum:
    """Stream of squared magnitudes, float32 (frames, n_fft // 2 + 1)."""

    def __init__(self, n_fft: int, win_length: int, hop_length: int, *, centred: bool) -> None:
        self.bins = n_fft // 2 + 1
        self._framer = Framer(n_fft, hop_length, centred=centred)
        self._window = periodic_hann(win_length, n_fft)

    def push(self, samples: Samples) -> Frames:
        return self._power(self._framer.push(samples))

    def finish(self) -> Frames:
        return self._power(self._framer.finish())

    def _power(self, frames: Frames) -> Frames:
        power = np.empty((len(frames), self.bins), dtype=np.float32)
        for start in range(0, len(frames), FRAMES_AT_ONCE):
            spectrum = scipy.fft.rfft(frames[start : start + FRAMES_AT_ONCE] * self._window, axis=1)
            part = power[start : start + FRAMES_AT_ONCE]
            np.square(spectrum.real, out=part)
            part += np.square(spectrum.imag)
        return power
