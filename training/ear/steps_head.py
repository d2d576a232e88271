"""The gate's head: a small convolution over the steps of a window, fitted on strings of pieces.

There is no singing without instruments to learn from. So the head also knows what the tags say of singing: it computes
their answers from the last layer.
"""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.ear.network import STEPS, Ear, Tags


@dataclass(frozen=True, slots=True)
class HeadPlan:
    hidden: int = 64
    kernel: int = 3
    apart: tuple[int, ...] = (1, 2, 4, 8)
    """For each convolution over the steps, how far apart its steps lie; edges are padded with zeros."""
    dropout: float = 0.2
    epochs: int = 12
    batch: int = 64
    """Windows."""
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    singing_from: float = 0.1
    """Chance that any tag of singing holds at which a step is as likely music as not; higher ones make it music."""
    singing_sharpness: float = 2.0
    """Slope of that rise, against the evidence's own log-odds."""


SINGING = (
    "Singing",
    "Choir",
    "Yodeling",
    "Chant",
    "Mantra",
    "Male singing",
    "Female singing",
    "Child singing",
    "Synthetic singing",
    "Humming",
    "A capella",
    "Vocal music",
    "Lullaby",
    "Opera",
)
"""AudioSet's classes of voices that sing."""
MUSIC = 0
"""The label that singing counts as: the first."""
_PAUSE = 1.5
"""In the front-end's unit, (ln(power) + 4.5) / 5: 32 dB."""
_AT_ONCE = 256
"""Windows."""
_SINGING_LOOKS = ((5, 3), (19, 9))
"""Over how many steps a tag is averaged (a syllable or two, and the window), and how many steps are between looks."""


class SingingEvidence(nn.Module):
    """The last layer's columns float32 (batch, STEPS, last) -> the log-odds that any of some tags holds, around each
    step: (batch, STEPS, 2). The tags' weights are a copy, and are not trained. Between two looks lies a straight line:
    the tags cost more than the ear's last layer."""

    def __init__(self, ear: Ear, tags: Tags, indices: Sequence[int]) -> None:
        super().__init__()
        self.last = ear.last
        self.hidden = copy.deepcopy(ear.hidden).requires_grad_(False)
        self.answer = nn.Linear(tags.answer.in_features, len(indices)).requires_grad_(False)
        with torch.no_grad():
            self.answer.weight.copy_(tags.answer.weight[list(indices)])
            self.answer.bias.copy_(tags.answer.bias[list(indices)])

    def forward(self, last: Tensor) -> Tensor:
        planes = last.transpose(1, 2)
        looks = [
            functional.avg_pool1d(planes, steps, apart, steps // 2, count_include_pad=False)
            for steps, apart in _SINGING_LOOKS
        ]
        parts = torch.split(
            self._log_odds(torch.cat(looks, dim=2).transpose(1, 2)), [look.shape[2] for look in looks], dim=1
        )
        lines = [
            functional.interpolate(one.unsqueeze(1), size=planes.shape[2], mode="linear", align_corners=True)
            for one in parts
        ]
        return torch.cat(lines, dim=1).transpose(1, 2)

    def _log_odds(self, around: Tensor) -> Tensor:
        """float32 (batch, looks, last) -> (batch, looks)"""
        logits = self.answer(self.hidden(around))
        none = -functional.softplus(logits).sum(dim=2).clamp(1e-5, -math.log(1e-5))  # logarithm of the chance of none
        # 1 - exp(none), by its series where that is small: the difference would lose all its digits.
        series = -none * (1 + none / 2 * (1 + none / 3 * (1 + none / 4 * (1 + none / 5))))
        some = torch.where(none > -0.5, series, 1 - torch.exp(none))
        return torch.log(some) - none


class StepsHead(nn.Module):
    """float32 (batch, steps, width) -> logits (batch, steps, labels); the first label is music."""

    def __init__(self, width: int, labels: int, plan: HeadPlan, singing: SingingEvidence | None = None) -> None:
        super().__init__()
        self.singing = singing
        self._singing_from = math.log(plan.singing_from / (1 - plan.singing_from))
        self._sharpness = plan.singing_sharpness
        heard = width + (len(_SINGING_LOOKS) if singing else 0)
        self.norm = nn.BatchNorm1d(heard)
        self.narrow = nn.Conv1d(heard, plan.hidden, 1)
        self.over_steps = nn.ModuleList(
            nn.Conv1d(plan.hidden, plan.hidden, plan.kernel, padding=plan.kernel // 2 * apart, dilation=apart)
            for apart in plan.apart
        )
        self.dropout = nn.Dropout(plan.dropout)
        self.answer = nn.Conv1d(plan.hidden, labels, 1)

    def forward(self, steps: Tensor) -> Tensor:
        if self.singing is None:
            return self.learned(steps)
        evidence = self.singing(steps[..., : self.singing.last])
        logits = self.learned(torch.cat([steps, evidence], dim=2))
        # Real singing is not what singing made from speech is: where the tags are sure, nearby and in the window, it is
        # music whatever was learned. The speech stays as it is.
        singing = self._sharpness * (evidence.amin(dim=2) - self._singing_from)
        music = logits[..., MUSIC] + functional.softplus(singing - logits[..., MUSIC])
        return torch.cat([music.unsqueeze(2), logits[..., MUSIC + 1 :]], dim=2)

    def learned(self, heard: Tensor) -> Tensor:
        """The steps, with the evidence of singing behind them if there is any -> logits, without the last word that
        the evidence has."""
        hidden = torch.relu(self.narrow(self.norm(heard.transpose(1, 2))))
        for convolution in self.over_steps:
            hidden = hidden + torch.relu(convolution(self.dropout(hidden)))
        logits: Tensor = self.answer(self.dropout(hidden)).transpose(1, 2)
        return logits


def fit_steps_head(
    steps: NDArray[np.floating],
    truth: NDArray[np.float32],
    plan: HeadPlan,
    seed: int,
    weights: NDArray[np.float32] | None = None,
    singing: SingingEvidence | None = None,
    on_epoch: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> StepsHead:
    """`steps` (windows, steps, width), may be float16 on a disk; `truth` (windows, steps, labels) in [0, 1], NaN where
    unknown; `weights` (windows, steps) of the loss. `on_epoch` is called with the number of the epoch, from 1, and its
    loss."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        head = StepsHead(steps.shape[2], truth.shape[2], plan, copy.deepcopy(singing))
        evidence = _evidence(head.singing, steps)
        order = np.random.default_rng(seed)
        optimiser = torch.optim.AdamW(
            [one for one in head.parameters() if one.requires_grad], weight_decay=plan.weight_decay
        )
        batches = -(-len(steps) // plan.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.learning_rate, total_steps=plan.epochs * batches)
        for epoch in range(1, plan.epochs + 1):
            head.train()
            total = 0.0
            shuffled = order.permutation(len(steps))
            for first in range(0, len(shuffled), plan.batch):
                chosen = np.sort(shuffled[first : first + plan.batch])
                batch = torch.from_numpy(np.concatenate([steps[chosen], evidence[chosen]], axis=2, dtype=np.float32))
                targets = torch.from_numpy(truth[chosen])
                loss = functional.binary_cross_entropy_with_logits(
                    head.learned(batch), targets.nan_to_num(0.0), weight=(~targets.isnan()).float(), reduction="none"
                ).mean(2)
                if weights is not None:
                    weight = torch.from_numpy(weights[chosen])
                    mean = (loss * weight).sum() / weight.sum().clamp(min=1)
                else:
                    mean = loss.mean()
                optimiser.zero_grad()
                mean.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
                total += mean.item()
            on_epoch(epoch, total / batches)
    return head.eval()


def _evidence(singing: SingingEvidence | None, steps: NDArray[np.floating]) -> NDArray[np.float32]:
    """float32 (windows, steps, looks): what the tags say does not change while the head learns."""
    if singing is None:
        return np.zeros((*steps.shape[:2], 0), np.float32)
    return _in_batches(lambda batch: singing(batch[..., : singing.last]), steps)


def answers_of(head: StepsHead, steps: NDArray[np.floating]) -> NDArray[np.float32]:
    """Probabilities float32 (windows, steps, labels)."""
    return _in_batches(lambda batch: torch.sigmoid(head(batch)), steps)


def _in_batches(function: Callable[[Tensor], Tensor], steps: NDArray[np.floating]) -> NDArray[np.float32]:
    starts = range(0, len(steps), _AT_ONCE)
    batches = (np.ascontiguousarray(steps[first : first + _AT_ONCE], dtype=np.float32) for first in starts)
    with torch.inference_mode():
        answers: NDArray[np.float32] = np.concatenate([function(torch.from_numpy(one)).numpy() for one in batches])
    return answers


def audible_steps(frames: NDArray[np.floating]) -> NDArray[np.float32]:
    """Weights (windows, STEPS) for windows of whole recordings, float32 (windows, 300, 128) log-mel: 1 where a step is
    within 32 dB of the window's loudest band, else 0. A pause in a recording of speech is no speech."""
    first = np.round(np.arange(STEPS) * frames.shape[1] / STEPS).astype(np.intp)
    loudest = np.maximum.reduceat(frames.max(axis=2).astype(np.float32), first, axis=1)
    weights: NDArray[np.float32] = (loudest > loudest.max(axis=1, keepdims=True) - _PAUSE).astype(np.float32)
    return weights
