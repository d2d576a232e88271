"""Linear STFT magnitudes, as in the pictures of spectrograms that some models were trained on."""

from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.features.framing import Frames, Samples
from service.features.spectrum import PowerSpectrum

MAX_N_FFT = 16_384


class Stft(BaseModel):
    """Magnitudes of the lowest `bins` frequencies; `db` is 20 log10 of the magnitude, floored at `floor`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["stft"] = "stft"
    sample_rate: int = Field(ge=4_000, le=192_000)
    n_fft: int = Field(ge=16, le=MAX_N_FFT)
    win_length: int = Field(ge=1, le=MAX_N_FFT)
    hop_length: int = Field(ge=1, le=MAX_N_FFT)
    centred: bool = True
    bins: int = Field(ge=1, le=MAX_N_FFT // 2 + 1)
    scale: Literal["linear", "db"] = "linear"
    floor: float = Field(default=1e-5, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.win_length > self.n_fft:
            raise ValueError(f"win_length {self.win_length} is longer than n_fft {self.n_fft}")
        if self.bins > self.n_fft // 2 + 1:
            raise ValueError(f"bins {self.bins} is more than the {self.n_fft // 2 + 1} that n_fft {self.n_fft} gives")
        return self

    def stream(self) -> "StftStream":
        return StftStream(self)


class StftStream:
    """Frames float32 (frames, bins): magnitudes >= 0, or decibels."""

    def __init__(self, spec: Stft) -> None:
        self._spec = spec
        self._power = PowerSpectrum(spec.n_fft, spec.win_length, spec.hop_length, centred=spec.centred)

    def push(self, samples: Samples) -> Frames:
        return self._magnitude(self._power.push(samples))

    def finish(self) -> Frames:
        return self._magnitude(self._power.finish())

    def _magnitude(self, power: Frames) -> Frames:
        magnitude = np.sqrt(power[:, : self._spec.bins])
        if self._spec.scale == "linear":
            return magnitude
        return np.float32(20) * np.log10(np.maximum(magnitude, np.float32(self._spec.floor)))
