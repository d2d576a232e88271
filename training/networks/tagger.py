"""What every network is to the rest of training: an embedding of a window, and a linear head on top of it."""

import torch
from torch import Tensor, nn


class Tagger(nn.Module):
    """Input float32 (batch, frames, bins) as the front-end gives it; output float32 logits (batch, outputs).

    Frames are normalised per bin inside, so that what is exported needs no preparation that could be forgotten."""

    def __init__(self, bins: int, body: nn.Module, width: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.normalise = nn.BatchNorm1d(bins, affine=False)
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
    return sum(parameter.numel() for parameter in network.parameters())


def multiplications_of(network: nn.Module, frames: int, bins: int) -> int:
    """Of one window: convolutions and linear layers, counted while it passes through."""
    counted = 0

    def count(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal counted
        if isinstance(module, nn.Conv2d):
            counted += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            counted += module.weight.numel()

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    network.eval()
    with torch.inference_mode():
        network(torch.zeros(1, frames, bins, device=next(network.parameters()).device))
    for hook in hooks:
        hook.remove()
    return counted
