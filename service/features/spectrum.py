"""Short-time Fourier magnitudes of a stream: what log-mel and STFT front-ends have in common."""

from typing import Self

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.features.framing import Framer, Frames, Samples

MAX_N_FFT = 16_384
"""Longer than any window that speech or music is looked at through."""
FRAMES_AT_ONCE = 256
"""Frames per transform: their windowed copies stay in the second-level cache."""


class Spectral(BaseModel):
    """The parameters that every front-end on a Fourier transform has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sample_rate: int = Field(ge=4_000, le=192_000)
    n_fft: int = Field(ge=16, le=MAX_N_FFT)
    win_length: int = Field(ge=1, le=MAX_N_FFT)
    hop_length: int = Field(ge=1, le=MAX_N_FFT)
    centred: bool = True

    @model_validator(mode="after")
    def _window_fits(self) -> Self:
        if self.win_length > self.n_fft:
            raise ValueError(f"win_length {self.win_length} is longer than n_fft {self.n_fft}")
        return self

    def power(self) -> "PowerSpectrum":
        return PowerSpectrum(self)


def periodic_hann(win_length: int, n_fft: int) -> NDArray[np.float32]:
    """The window (win_length,) in the middle of n_fft zeros, as librosa and VGGish have it."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win_length) / win_length)
    left = (n_fft - win_length) // 2
    return np.pad(window, (left, n_fft - win_length - left)).astype(np.float32)


class PowerSpectrum:
    """Stream of squared magnitudes, float32 (frames, n_fft // 2 + 1)."""

    def __init__(self, spec: Spectral) -> None:
        self._bins = spec.n_fft // 2 + 1
        self._framer = Framer(spec.n_fft, spec.hop_length, centred=spec.centred)
        self._window = periodic_hann(spec.win_length, spec.n_fft)

    def push(self, samples: Samples) -> Frames:
        return self._power(self._framer.push(samples))

    def finish(self) -> Frames:
        return self._power(self._framer.finish())

    def _power(self, frames: Frames) -> Frames:
        power = np.empty((len(frames), self._bins), dtype=np.float32)
        for start in range(0, len(frames), FRAMES_AT_ONCE):
            spectrum = scipy.fft.rfft(frames[start : start + FRAMES_AT_ONCE] * self._window, axis=1)
            part = power[start : start + FRAMES_AT_ONCE]
            np.square(spectrum.real, out=part)
            part += np.square(spectrum.imag)
        return power
