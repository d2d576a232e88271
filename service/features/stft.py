"""Linear STFT magnitudes, as in the pictures of spectrograms that some models were trained on."""

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from service.features.framing import Frames, Samples
from service.features.spectrum import MAX_N_FFT, Spectral


class Stft(Spectral):
    """Magnitudes of the lowest `bins` frequencies; `db` is 20 log10 of the magnitude, floored at `floor`."""

    kind: Literal["stft"] = "stft"
    bins: int = Field(ge=1, le=MAX_N_FFT // 2 + 1)
    scale: Literal["linear", "db"] = "linear"
    floor: float = Field(default=1e-5, gt=0)

    @model_validator(mode="after")
    def _bins_fit(self) -> Self:
        if self.bins > self.n_fft // 2 + 1:
            raise ValueError(f"bins {self.bins} is more than the {self.n_fft // 2 + 1} that n_fft {self.n_fft} gives")
        return self

    def stream(self) -> "StftStream":
        return StftStream(self)


class StftStream:
    """Frames float32 (frames, bins): magnitudes >= 0, or decibels."""

    def __init__(self, spec: Stft) -> None:
        self._spec = spec
        self._power = spec.power()

    def push(self, samples: Samples) -> Frames:
        return self._magnitude(self._power.push(samples))

    def finish(self) -> Frames:
        return self._magnitude(self._power.finish())

    def _magnitude(self, power: Frames) -> Frames:
        magnitude = np.sqrt(power[:, : self._spec.bins])
        if self._spec.scale == "linear":
            return magnitude
        return np.float32(20) * np.log10(np.maximum(magnitude, np.float32(self._spec.floor)))
