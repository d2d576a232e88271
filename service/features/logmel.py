"""Log-mel spectrograms: equal to librosa's within 1e-3 dB, at less than half of its price."""

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.sparse import csr_array

from service.features.framing import Frames, Samples
from service.features.mel import MelScale, filterbank, pre_emphasis_gain
from service.features.spectrum import Spectral


class LogMel(Spectral):
    """`db`: 10 log10(max(mel, floor)) of the power; `log`: ln(mel + floor), as VGGish has it. No top_db: that would
    need the loudest frame of the file before it could give the first one.

    A network that learned from sound at a higher rate states it as `virtual_rate`: the frames are then those of the
    same sound brought to that rate, with an FFT, window and hop as many times longer. Bands above what the sound has
    stay at the floor."""

    kind: Literal["logmel"] = "logmel"
    n_mels: int = Field(ge=1, le=512)
    fmin: float = Field(ge=0)
    fmax: float = Field(gt=0)
    mel_scale: MelScale = "slaney"
    area_norm: bool = True
    of: Literal["power", "magnitude"] = "power"
    scale: Literal["db", "log"] = "db"
    floor: float = Field(default=1e-10, gt=0)
    virtual_rate: int | None = Field(default=None, ge=4_000, le=192_000)
    pre_emphasis: float = Field(default=0.0, ge=0, lt=1)
    """a of x[t] - a x[t - 1], at the virtual rate if there is one."""
    offset: float = 0.0
    divisor: float = Field(default=1.0, gt=0)
    """Last of all: (x + offset) / divisor."""

    @model_validator(mode="after")
    def _band_fits(self) -> Self:
        if not self.fmin < self.fmax <= self.rate_meant / 2:
            raise ValueError(
                f"fmin {self.fmin} Hz < fmax {self.fmax} Hz <= half the sample rate, "
                f"{self.rate_meant / 2} Hz, does not hold"
            )
        if self.rate_meant < self.sample_rate:
            raise ValueError(f"virtual_rate {self.virtual_rate} Hz is below sample_rate {self.sample_rate} Hz")
        return self

    @property
    def rate_meant(self) -> int:
        """Hz at which the bands and the pre-emphasis are defined."""
        return self.sample_rate if self.virtual_rate is None else self.virtual_rate

    @property
    def own_pre_emphasis(self) -> float:
        """The coefficient at the rate of the samples: what is left of a sample after as much time."""
        return float(self.pre_emphasis ** (self.rate_meant / self.sample_rate))

    @property
    def bins(self) -> int:
        return self.n_mels

    def stream(self) -> "LogMelStream":
        return LogMelStream(self)


class LogMelStream:
    """Frames float32 (frames, n_mels) in dB, or natural logarithms; moved and scaled if the front-end says so."""

    def __init__(self, spec: LogMel) -> None:
        self._spec = spec
        self._power = spec.power()
        self._filters = filters_of(spec)
        self._emphasis = np.float32(spec.own_pre_emphasis)
        self._last = np.zeros(1, dtype=np.float32)

    def push(self, samples: Samples) -> Frames:
        return self._logmel(self._power.push(self._emphasised(samples) if self._emphasis else samples))

    def finish(self) -> Frames:
        return self._logmel(self._power.finish())

    def _emphasised(self, samples: Samples) -> Samples:
        """Before the window, since what leaks from loud bins is not emphasised afterwards."""
        if not len(samples):
            return samples
        emphasised = samples.astype(np.float32)
        emphasised[1:] -= self._emphasis * samples[:-1]
        emphasised[:1] -= self._emphasis * self._last
        self._last = samples[-1:].copy()
        return emphasised

    def _logmel(self, power: Frames) -> Frames:
        spectrum = power if self._spec.of == "power" else np.sqrt(power)
        mel: Frames = np.ascontiguousarray((self._filters @ np.ascontiguousarray(spectrum.T)).T)
        floor = np.float32(self._spec.floor)
        logarithm: Frames = (
            np.log(mel + floor) if self._spec.scale == "log" else np.float32(10) * np.log10(np.maximum(mel, floor))
        )
        if self._spec.offset:
            logarithm += np.float32(self._spec.offset)
        if self._spec.divisor != 1:
            logarithm *= np.float32(1 / self._spec.divisor)
        return logarithm


def filters_of(spec: LogMel) -> csr_array:
    """Sparse float32 (n_mels, n_fft // 2 + 1), with all else that multiplies the spectrum: it costs nothing there."""
    filters = filterbank(
        spec.sample_rate, spec.n_fft, spec.n_mels, spec.fmin, spec.fmax, spec.mel_scale, area_norm=spec.area_norm
    )
    if spec.rate_meant == spec.sample_rate:
        return filters
    # A window with more samples of the same sound has a spectrum that many times as large.
    gain = np.full(spec.n_fft // 2 + 1, (spec.rate_meant / spec.sample_rate) ** 2)
    if spec.pre_emphasis:  # what the samples' own pre-emphasis leaves: smooth, so that leakage does not matter
        gain *= pre_emphasis_gain(spec.sample_rate, spec.n_fft, spec.pre_emphasis, spec.rate_meant)
        gain /= pre_emphasis_gain(spec.sample_rate, spec.n_fft, spec.own_pre_emphasis, spec.sample_rate)
    exponent = 1.0 if spec.of == "power" else 0.5
    return csr_array(filters.multiply((gain**exponent).astype(np.float32)[None, :]).tocsr())
