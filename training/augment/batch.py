"""Augmentations of batches of frames: mixup, and the masks of SpecAugment."""

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from training.augment.take import Parameters


class Mixup(Parameters):
    """Training on points between the takes, so that the model does not jump there.

    Mixes items of a batch with another of it by a weight from Beta(alpha, alpha): frames, in dB, and targets. A
    target that is unknown in either is unknown in the mixture."""

    alpha: float = Field(default=0.3, gt=0, le=10)

    def apply(self, frames: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """float32 (batch, frames, bins) and (batch, labels) -> new ones, and bool (batch,), which were mixed."""
        batch = len(frames)
        partner = torch.randperm(batch, generator=generator, device=generator.device).to(frames.device)
        rng = np.random.default_rng(int(torch.randint(2**62, (), generator=generator, device=generator.device)))
        weight = torch.from_numpy(rng.beta(self.alpha, self.alpha, batch)).to(frames)
        chosen = torch.from_numpy(rng.random(batch) < self.probability).to(frames.device)
        return _mixed(frames, partner, weight, chosen), _mixed(targets, partner, weight, chosen), chosen


def _mixed(values: Tensor, partner: Tensor, weight: Tensor, chosen: Tensor) -> Tensor:
    per_item = (-1,) + (1,) * (values.dim() - 1)
    mixed = torch.lerp(values[partner], values, weight.view(per_item))
    return torch.where(chosen.view(per_item), mixed, values)


class SpecAugment(Parameters):
    """Stretches of time and bands of frequency that a model must do without.

    Masks up to `max_frames` frames, `time_masks` times, and up to `max_bins` bins, `frequency_masks` times, with
    the item's own mean. Each item of a batch has its own masks, or with 1 - probability none."""

    mixed_probability: float | None = Field(default=None, ge=0, le=1)
    """Chance of being applied to an item that mixup has mixed; `probability`, if not given."""

    time_masks: int = Field(default=2, ge=0, le=16)
    max_frames: int = Field(default=20, ge=1)
    frequency_masks: int = Field(default=2, ge=0, le=16)
    max_bins: int = Field(default=8, ge=1)

    def apply(self, frames: Tensor, mixed: Tensor, generator: torch.Generator) -> Tensor:
        """float32 (batch, frames, bins) -> a new one. `mixed` bool (batch,) says which items are mixtures."""
        batch, length, bins = frames.shape
        in_time = _masked(batch, length, self.time_masks, self.max_frames, generator)
        in_frequency = _masked(batch, bins, self.frequency_masks, self.max_bins, generator)
        of_mixed = self.probability if self.mixed_probability is None else self.mixed_probability
        share = torch.where(mixed.to(generator.device), of_mixed, self.probability)
        chosen = torch.rand(batch, 1, 1, generator=generator, device=generator.device) < share.view(-1, 1, 1)
        hidden = (in_time[:, :, None] | in_frequency[:, None, :]) & chosen
        return torch.where(hidden.to(frames.device), frames.mean(dim=(1, 2), keepdim=True), frames)


def _masked(batch: int, length: int, count: int, most: int, generator: torch.Generator) -> Tensor:
    """bool (batch, length): `count` stretches of 0..most each, uniform in width and place."""
    widths, places = torch.rand(2, batch, count, 1, generator=generator, device=generator.device)
    widths = (widths * (min(most, length) + 1)).floor()
    starts = (places * (length - widths + 1)).floor()
    index = torch.arange(length, device=generator.device)
    stretches: Tensor = (index >= starts) & (index < starts + widths)
    return stretches.any(dim=1)
