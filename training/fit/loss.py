"""What is made small while fitting. Targets may be unknown (NaN) and anything in between where sounds were mixed."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]
"""(outputs, targets), both float32 (batch, n) -> one number."""


def label_loss(activation: Literal["softmax", "sigmoid"]) -> Loss:
    return _softmax if activation == "softmax" else _sigmoid


def _softmax(logits: Tensor, targets: Tensor) -> Tensor:
    return -(targets * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()


def _sigmoid(logits: Tensor, targets: Tensor) -> Tensor:
    known = ~torch.isnan(targets)
    each = functional.binary_cross_entropy_with_logits(logits, torch.nan_to_num(targets), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)


def right_share(activation: Literal["softmax", "sigmoid"]) -> Callable[[Tensor, Tensor], float]:
    """Share of answers on the right side, of those whose truth is known."""
    return _right_class if activation == "softmax" else _right_sides


def _right_class(logits: Tensor, targets: Tensor) -> float:
    return (logits.argmax(dim=1) == targets.argmax(dim=1)).float().mean().item()


def _right_sides(logits: Tensor, targets: Tensor) -> float:
    known = ~torch.isnan(targets)
    right = (logits > 0) == (targets > 0.5)
    return ((right & known).sum() / known.sum().clamp(min=1)).item()
