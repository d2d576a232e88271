"""Measures the raw sound while it passes: clipping, damage, level of the channels against their mix."""

import numpy as np

from service.audio.stream import Samples

FULL_SCALE = 0.999
"""A sample at or above it counts as clipped: 16-bit full scale is 0.99997, lossy codecs overshoot."""
MAX_AMPLITUDE = 8.0
"""+18 dB over full scale; floats above it come from a broken writer and would drown everything else."""


class Meter:
    """Counts over float32 (channels, frames) blocks, and makes them finite and bounded."""

    def __init__(self) -> None:
        self.samples = 0
        self.clipped = 0
        self.not_finite = 0
        self.too_loud = 0
        self.peak = 0.0

    @property
    def clipping_ratio(self) -> float:
        return self.clipped / self.samples if self.samples else 0.0

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


def peak(block: Samples) -> float:
    """Largest magnitude; NaN or Inf if there is any such sample."""
    return float(np.maximum(block.max(), -block.min()))
