"""mixup: training on points between the takes, so that the model does not jump there."""

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from training.augment.augmentation import Parameters


class Mixup(Parameters):
    """Mixes items of a batch with another of it by a weight from Beta(alpha, alpha): frames, in dB, and targets. A
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
