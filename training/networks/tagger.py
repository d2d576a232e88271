"""What every network is: a table of sizes in a recipe, and the tagger that they make: an embedding of a window, and a
linear head on top of it."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn


class Tagger(nn.Module):
    """Input float32 (batch, frames, bins) as the front-end gives it; output float32 logits (batch, outputs).

    Frames are normalised per bin inside, so that what is exported needs no preparation that could be forgotten; not
    so for a body that was published with weights for frames as they come."""

    def __init__(
        self, bins: int, body: nn.Module, width: int, outputs: int, dropout: float, *, normalised: bool = True
    ) -> None:
        super().__init__()
        self.normalise = nn.BatchNorm1d(bins, affine=False) if normalised else nn.Identity()
        self.body = body
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, outputs)

    def embed(self, frames: Tensor) -> Tensor:
        """float32 (batch, width)."""
        normal = self.normalise(frames.transpose(1, 2)).transpose(1, 2)
        embedding: Tensor = self.body(normal.unsqueeze(1))
        return embedding

    def forward(self, frames: Tensor) -> Tensor:
        logits: Tensor = self.head(self.dropout(self.embed(frames)))
        return logits


class Network(BaseModel, ABC):
    """The table `[network]` of a recipe; its `kind` says which network it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str

    @abstractmethod
    def build(self, bins: int, outputs: int) -> Tagger:
        """With random weights, or those of a file that the table names."""

    @property
    def begins_with(self) -> Path | None:
        """The file of weights that it does not have to learn from nothing."""
        return None

    @property
    def window(self) -> tuple[int | None, int | None]:
        """Frames and bins of what it hears; None where any number will do."""
        return None, None

    def check_window(self, frames: int, bins: int) -> None:
        """Raises ValueError if it cannot hear windows of this shape."""
        for what, needed, given in zip(("frames", "bins"), self.window, (frames, bins), strict=True):
            if needed is not None and given != needed:
                raise ValueError(f"{self.kind} hears windows of {needed} {what}; the front-end gives {given}")


def parameters_of(network: nn.Module) -> int:
    """Those that are learned."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def multiplications_of(network: nn.Module, frames: int, bins: int) -> int:
    """Multiplications for one window: convolutions, linear and recurrent layers, counted while it passes through."""
    counted = 0

    def count(module: nn.Module, inputs: tuple[Tensor, ...], output: Any) -> None:
        nonlocal counted
        if isinstance(module, nn.Conv2d):
            counted += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            counted += module.weight.numel()
        elif isinstance(module, nn.LSTM):
            steps = inputs[0].shape[1]
            counted += steps * sum(weight.numel() for weight in module.parameters() if weight.dim() == 2)

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    network.eval()
    with torch.inference_mode():
        network(torch.zeros(1, frames, bins, device=next(network.parameters()).device))
    for hook in hooks:
        hook.remove()
    return counted
