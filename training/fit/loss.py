"""What is made small while fitting. Targets may be unknown (NaN) and anything in between where sounds were mixed."""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]
"""(outputs, targets), both float32 (batch, n) -> one number."""


def label_loss(activation: Literal["softmax", "sigmoid"], smoothing: float) -> Loss:
    return _Softmax(smoothing) if activation == "softmax" else _Sigmoid(smoothing)


class ImitationLoss:
    """Of a teacher's answers, tensor after tensor: (width, whether it holds probabilities, weight) of each."""

    def __init__(self, parts: Sequence[tuple[int, bool, float]]) -> None:
        self._parts = parts

    @property
    def width(self) -> int:
        """Of a whole answer."""
        return sum(width for width, _, _ in self._parts)

    def __call__(self, outputs: Tensor, lessons: Tensor) -> Tensor:
        widths = [width for width, _, _ in self._parts]
        total = torch.zeros((), device=outputs.device)
        for (_, are_probabilities, weight), said, lesson in zip(
            self._parts, torch.split(outputs, widths, dim=1), torch.split(lessons, widths, dim=1), strict=True
        ):
            # Near differences count squared, far ones straight: a few odd lessons do not rule.
            measure = functional.binary_cross_entropy_with_logits if are_probabilities else functional.smooth_l1_loss
            total = total + weight * measure(said, lesson)
        return total


class _Softmax:
    def __init__(self, smoothing: float) -> None:
        self._smoothing = smoothing

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        wanted = targets * (1 - self._smoothing) + self._smoothing / targets.shape[1]
        return -(wanted * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()


class _Sigmoid:
    def __init__(self, smoothing: float) -> None:
        self._smoothing = smoothing

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        known = ~torch.isnan(targets)
        wanted = torch.nan_to_num(targets) * (1 - self._smoothing) + self._smoothing / 2
        each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
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
