"""The recipe's table `augment`: which augmentations there are, in the order in which sound gets them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from training.augment.batch import Mixup, SpecAugment
from training.augment.mixing import Background, Overlay
from training.augment.take import Draw, Step, Take
from training.augment.waveform import BandLimit, Codec, Equalise, Gain, Noise, Reverb, Speed, TimeShift


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps that takes go through, first to last."""

    steps: tuple[Step, ...]

    def augment(self, take: Take, draw: Draw, rng: np.random.Generator) -> Take:
        """Same length and dtype; `take` is not written to. The same `rng` gives the same again."""
        for step in self.steps:
            take = step.apply(take, draw, rng)
        return take


class AugmentPlan(BaseModel):
    """A table `[augment.NAME]` switches one on; without it, it is off.

    The order is that of a sound's own way into a file: the source, what sounds beside it, the room, the microphone,
    the recorder, the codec. Batches are mixed before they are masked, so that a mask hides both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speed: Speed | None = None
    time_shift: TimeShift | None = None
    overlay: Overlay | None = None
    background: Background | None = None
    reverb: Reverb | None = None
    equalise: Equalise | None = None
    band_limit: BandLimit | None = None
    noise: Noise | None = None
    gain: Gain | None = None
    codec: Codec | None = None
    mixup: Mixup | None = None
    spec_augment: SpecAugment | None = None

    def for_labels(self, labels: Sequence[str]) -> Chain:
        """The steps for takes whose targets are in this order. Raises UnknownLabel."""
        steps: tuple[Step | None, ...] = (
            self.speed,
            self.time_shift,
            self.overlay.for_labels(labels) if self.overlay else None,
            self.background,
            self.reverb,
            self.equalise,
            self.band_limit,
            self.noise,
            self.gain,
            self.codec,
        )
        return Chain(tuple(step for step in steps if step is not None))

    def augment_batch(self, frames: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """float32 (batch, frames, bins) in dB and (batch, labels) -> the same, mixed and masked."""
        mixed = torch.zeros(len(frames), dtype=torch.bool, device=frames.device)
        if self.mixup:
            frames, targets, mixed = self.mixup.apply(frames, targets, generator)
        if self.spec_augment:
            frames = self.spec_augment.apply(frames, mixed, generator)
        return frames, targets
