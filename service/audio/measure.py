"""What is measured of a sound while it passes: its level, a waveform overview, and where it is silent."""

import math
from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from service.audio.decoded import Samples

FULL_SCALE = 0.999
"""A sample at or above it counts as clipped: 16-bit full scale is 0.99997, lossy codecs overshoot."""
MAX_AMPLITUDE = 8.0
"""+18 dB over full scale; floats above it come from a broken writer and would drown everything else."""
TOLERATED_CLIPPING_RATIO = 0.001
"""Loud masters clip now and then; one sample in a thousand is heard."""
AUDIBLE_PEAK = 0.01
CANCELLING_RATIO = 0.02
"""-34 dB from the loudest channel to the mix: the channels are each other's opposites."""


class Meter:
    """Counts over float32 (channels, frames) blocks, and makes them finite and bounded."""

    def __init__(self) -> None:
        self.samples = 0
        self.clipped = 0
        self.not_finite = 0
        self.too_loud = 0
        self.peak = 0.0
        self.mono_peak = 0.0

    @property
    def clipping_ratio(self) -> float:
        return self.clipped / self.samples if self.samples else 0.0

    def mono(self, block: Samples) -> Samples:
        """float32 (channels, frames) -> a new float32 (frames,), repaired and mixed."""
        mono = to_mono(self.repair(block))
        self.mono_peak = max(self.mono_peak, peak(mono))
        return mono

    def repair(self, block: Samples) -> Samples:
        """Returns the block with NaN and Inf as 0 and amplitudes within MAX_AMPLITUDE."""
        self.samples += block.size
        highest = peak(block)
        if not np.isfinite(highest):
            self.not_finite += int(block.size - np.isfinite(block).sum())
            block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
            highest = peak(block)
        if highest >= FULL_SCALE:
            self.clipped += int((np.abs(block) >= FULL_SCALE).sum())
        if highest > MAX_AMPLITUDE:
            self.too_loud += int((np.abs(block) > MAX_AMPLITUDE).sum())
            block = np.clip(block, -MAX_AMPLITUDE, MAX_AMPLITUDE)
        self.peak = max(self.peak, min(highest, MAX_AMPLITUDE))
        return block

    def warnings(self) -> Iterator[str]:
        """What the user should know about the samples themselves, in sentences."""
        if self.not_finite:
            yield f"Samples that are no finite numbers were taken as 0: {self.not_finite}."
        if self.too_loud:
            yield f"Samples beyond {MAX_AMPLITUDE:g} times full scale were cut to that: {self.too_loud}."
        if self.clipping_ratio > TOLERATED_CLIPPING_RATIO:
            yield f"{self.clipping_ratio:.1%} of the samples are at full scale; the recording is clipped."
        if self.peak > AUDIBLE_PEAK and self.mono_peak < CANCELLING_RATIO * self.peak:
            yield "The channels cancel each other out: one is the other's opposite. Their mix is nearly silent."


def to_mono(block: Samples) -> Samples:
    """float32 (channels, frames) -> a new float32 (frames,): the mean of the channels."""
    channels = len(block)
    if channels == 1:
        return np.array(block[0])
    mono: Samples = np.add(block[0], block[1])
    for channel in block[2:]:
        mono += channel
    mono *= np.float32(1 / channels)
    return mono


def peak(block: Samples) -> float:
    """Largest magnitude; NaN or Inf if there is any such sample."""
    return float(np.maximum(block.max(), -block.min()))


PEAKS_RATE_HZ = 16_000
"""The sample rate at which the shipped models hear: the sound is resampled to it anyway."""


class PeakMeter:
    """A waveform overview. Takes float32 mono (n,) at PEAKS_RATE_HZ, cut anywhere.

    `values` grows by each value that can change no more."""

    def __init__(self, per_second: int) -> None:
        self.values = array("f")
        """Magnitudes in [0, 1]; what lies above full scale counts as full scale."""
        self._per_second = per_second
        self._samples = 0
        self._under_way = 0.0

    def push(self, samples: Samples) -> None:
        if not len(samples):
            return
        behind = self._samples + len(samples)
        first, last = (place * self._per_second // PEAKS_RATE_HZ for place in (self._samples, behind - 1))
        later = -(np.arange(first + 1, last + 1) * -PEAKS_RATE_HZ // self._per_second) - self._samples
        peaks = np.maximum.reduceat(np.abs(samples), np.concatenate([[0], later]))
        peaks[0] = max(peaks[0], self._under_way)
        np.minimum(peaks, 1, out=peaks)
        self._samples = behind
        is_over = behind * self._per_second // PEAKS_RATE_HZ > last
        self._under_way = 0.0 if is_over else float(peaks[-1])
        self.values.frombytes((peaks if is_over else peaks[:-1]).tobytes())

    def finish(self) -> None:
        """Adds the last stretch, which the end of the sound cut short."""
        if (self._samples - 1) * self._per_second // PEAKS_RATE_HZ == len(self.values):
            self.values.append(self._under_way)


SILENCE_STEPS_PER_SECOND = 10
SILENT_POWER = 10 ** (-60 / 10)
"""Mean square of -60 dBFS: below the noise of a quiet room through a microphone, above that of 16-bit dither."""


class SilenceMap:
    """Where a sound is silent, step by step. Takes float32 mono (n,) at `sample_rate`."""

    def __init__(self, sample_rate: int) -> None:
        self._step = max(1, sample_rate // SILENCE_STEPS_PER_SECOND)
        self._step_seconds = self._step / sample_rate
        self._carry: Samples = np.zeros(0, dtype=np.float32)
        self._silent: list[bool] = []

    @property
    def ratio(self) -> float:
        """Share of silent steps, in [0, 1]."""
        return sum(self._silent) / len(self._silent) if self._silent else 0.0

    def push(self, samples: Samples) -> None:
        buffer = np.concatenate([self._carry, samples]) if len(self._carry) else samples
        whole = len(buffer) // self._step * self._step
        self._note(buffer[:whole].reshape(-1, self._step))
        self._carry = buffer[whole:].copy()

    def finish(self) -> None:
        """Counts the last, shorter step."""
        if len(self._carry):
            self._note(self._carry[None])

    def is_silent(self, start: float, end: float) -> bool:
        """Whether every step that lies in these seconds, even in part, is silent."""
        first, behind = int(start / self._step_seconds + 1e-6), math.ceil(end / self._step_seconds - 1e-6)
        return all(self._silent[first:behind])

    def _note(self, steps: NDArray[np.float32]) -> None:
        power = np.vecdot(steps, steps) / np.float32(steps.shape[1])
        self._silent.extend((power < SILENT_POWER).tolist())
