"""What every network is to the rest of training: an embedding of a window, and a linear head on top of it."""

from typing import Any

import torch
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


def parameters_of(network: nn.Module) -> int:
    """Those that are learned."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def multiplications_of(network: nn.Module, frames: int, bins: int) -> int:
    """Of one window: convolutions, linear and recurrent layers, counted while it passes through."""
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
