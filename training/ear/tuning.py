"""Light tuning of the ear on music and speech per step, held by an anchor to what it knew before.

Batch norm keeps its statistics and the first convolution its filters. Every window is made from its own seed, so that a
tuning that was interrupted resumes after its last epoch to the same weights.
"""

import copy
import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.ear.network import FRAMES, FRONT_END, Ear, Tags
from training.ear.steps_head import StepsHead
from training.ear.strings import WINDOW_SECONDS, StringMaterial, StringPlan, string
from training.fit.checkpoint import save_whole

_LOG = logging.getLogger(__name__)
_CHECKPOINT = "tuning.pt"


@dataclass(frozen=True, slots=True)
class TuningPlan:
    epochs: int = 4
    windows: int = 640
    """Windows of an epoch, 3 s each."""
    batch: int = 32
    learning_rate: float = 4e-4
    head_rate: float = 4.0
    """Learning rate of the steps' head, times the ear's."""
    weight_decay: float = 1e-4
    anchor_tags: float = 10.0
    """Weight of the cross-entropy between the tags before and after, beside that of the steps."""
    anchor_embedding: float = 0.3
    """Weight of the mean square by which the embedding has moved, in its own standard deviations."""
    averaging: float = 0.97
    """Decay of the weights' mean, per batch: what is kept is their exponential mean."""
    strings: StringPlan = field(default_factory=lambda: StringPlan(seconds=WINDOW_SECONDS, max_piece_seconds=9.0))


@dataclass(frozen=True, slots=True)
class Tuned:
    ear: Ear
    tags: Tags
    head: StepsHead


def tune(
    ear: Ear,
    tags: Tags,
    head: StepsHead,
    material: StringMaterial,
    plan: TuningPlan,
    seed: int,
    folder: Path | None = None,
    on_batch: Callable[[int, int], None] = lambda _done, _of: None,
) -> Tuned:
    """All three tuned; what is given stays as it is. `folder` has a checkpoint after each epoch, to resume from.

    `on_batch` is called with the batches done, and how many there are in all."""
    learner = _Learner(ear, tags, head, plan)
    checkpoint = folder / _CHECKPOINT if folder else None
    if checkpoint and checkpoint.exists():
        learner.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    batches = -(-plan.windows // plan.batch)
    with torch.random.fork_rng(devices=()):
        while learner.epoch < plan.epochs:
            torch.manual_seed(seed + learner.epoch)
            total = 0.0
            for number, (frames, truth) in enumerate(_batches(material, plan, seed, learner.epoch), 1):
                total += learner.learn(frames, truth)
                on_batch(learner.epoch * batches + number, plan.epochs * batches)
            learner.epoch += 1
            _LOG.info("tuning: epoch %d of %d, loss %.4f", learner.epoch, plan.epochs, total / batches)
            if checkpoint:
                save_whole(checkpoint, learner.state_dict())
    return learner.result()


class _Learner:
    """The three networks, their exponential means, the optimiser, and where in the plan it stands."""

    def __init__(self, ear: Ear, tags: Tags, head: StepsHead, plan: TuningPlan) -> None:
        self._plan = plan
        self._before = nn.ModuleList([ear, tags, head]).eval()
        self._now = copy.deepcopy(self._before)
        self._mean = copy.deepcopy(self._before).requires_grad_(False)
        self.epoch = 0
        now_ear, now_tags, now_head = self._now
        self._now.requires_grad_(True)
        if now_head.singing is not None:
            now_head.singing.requires_grad_(False)
        now_ear.stem.requires_grad_(False)
        slow = [one for module in (now_ear, now_tags) for one in module.parameters() if one.requires_grad]
        rate = plan.learning_rate
        self._optimiser = torch.optim.AdamW(
            [
                {"params": slow, "lr": rate},
                {"params": [one for one in now_head.parameters() if one.requires_grad], "lr": rate * plan.head_rate},
            ],
            weight_decay=plan.weight_decay,
        )
        self._steps = plan.epochs * -(-plan.windows // plan.batch)
        warm = max(1, self._steps // 20)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser,
            lambda step: min(1.0, (step + 1) / warm) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / self._steps))),
        )

    def learn(self, frames: Tensor, truth: Tensor) -> float:
        plan = self._plan
        ear, tags, head = self._now
        assert isinstance(head, StepsHead)
        with torch.no_grad():
            embedding_before, _ = self._before[0](frames)
            tags_before = torch.sigmoid(self._before[1](embedding_before))
            spread = embedding_before.std(0, correction=0) + 1e-2
        head.dropout.train()  # the rest of the head as it serves, with what the tags say of singing
        embedding, steps = ear(frames)
        loss = functional.binary_cross_entropy_with_logits(head(steps), truth)
        answers = tags(embedding)
        entropy = functional.binary_cross_entropy(tags_before, tags_before)
        loss = loss + plan.anchor_tags * (functional.binary_cross_entropy_with_logits(answers, tags_before) - entropy)
        loss = loss + plan.anchor_embedding * ((embedding - embedding_before) / spread).square().mean()
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*ear.parameters(), *tags.parameters(), *head.parameters()], 1.0)
        self._optimiser.step()
        self._schedule.step()
        with torch.no_grad():
            for mean, now in zip(self._mean.parameters(), self._now.parameters(), strict=True):
                mean.lerp_(now, 1 - plan.averaging)
        return float(loss.detach())

    def result(self) -> Tuned:
        ear, tags, head = copy.deepcopy(self._mean).eval()
        assert isinstance(ear, Ear)
        assert isinstance(tags, Tags)
        assert isinstance(head, StepsHead)
        return Tuned(ear, tags, head)

    def state_dict(self) -> dict[str, Any]:
        parts = ("_now", "_mean", "_optimiser", "_schedule")
        return {"epoch": self.epoch, **{name: getattr(self, name).state_dict() for name in parts}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.epoch = state.pop("epoch")
        for name, part in state.items():
            getattr(self, name).load_state_dict(part)


def _batches(material: StringMaterial, plan: TuningPlan, seed: int, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Frames float32 (batch, 300, 128) and the truth (batch, 19, 2)."""
    for first in range(0, plan.windows, plan.batch):
        made = [
            string(material, plan.strings, (seed, epoch, number))
            for number in range(first, min(first + plan.batch, plan.windows))
        ]
        frames = np.stack([frames_of(one.samples)[:FRAMES] for one in made])
        yield torch.from_numpy(frames), torch.from_numpy(np.concatenate([one.truth()[:1] for one in made]))


def frames_of(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (n,) at 16 kHz -> (frames, 128), frame t in the middle of sample 160 t."""
    stream = FRONT_END.stream()
    return np.concatenate([stream.push(samples), stream.finish()])
