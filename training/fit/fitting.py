"""The fit itself: epoch after epoch over random takes, interruptible at any moment, repeatable from its seed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from training.fit.checkpoint import CHECKPOINT, alone_in, load_checkpoint, save_whole
from training.fit.curve import Epoch, best_epoch, curve_png, write_curve
from training.fit.fit_plan import FitPlan, rate_at
from training.networks.tagger import Tagger

Loss = Callable[[Tensor, Tensor], Tensor]
"""(outputs, targets), both float32 (batch, n) -> one number to be made small. Targets may be unknown (NaN), and
anything in between where sounds were mixed."""
BatchChange = Callable[[Tensor, Tensor, torch.Generator], tuple[Tensor, Tensor]]
Score = Callable[[Tensor, Tensor], float]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learned: the n-th item of `takes` is always the same (frames, target), for any n."""

    takes: Dataset[tuple[Tensor, Tensor]]
    loss: Loss
    change_batch: BatchChange
    workers: int
    """Processes that make takes, ahead of need; 0: none but this one."""
    score: Score
    """Share of right answers in a batch, for the curve."""
    validate: Callable[[Tagger], tuple[float, float]] | None = None
    """Loss and score on groups that are not learned from."""


class Fitting:
    """One network learning one lesson. `run` goes on where the last finished epoch in `folder` ended."""

    def __init__(
        self, network: Tagger, lesson: Lesson, plan: FitPlan, seed: int, folder: Path, device: torch.device
    ) -> None:
        self.plan = plan
        self.curve: list[Epoch] = []
        self._lesson = lesson
        self._seed = seed
        self._folder = folder
        self._device = device
        self._network: Tagger = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._optimiser = _optimiser(network, plan)
        self._best: dict[str, Tensor] | None = None
        self._resume()

    def run(self, on_epoch: Callable[[Epoch], None] = lambda _: None) -> Tagger:
        """The network in evaluation mode, with the weights of the best validated epoch, or else of the last one.

        Raises FolderInUse."""
        with alone_in(self._folder):
            self._run(on_epoch)
        curve_png(self._folder / "curve.png", self.curve, self._folder.name)
        assert self._best is not None
        self._network.load_state_dict(self._best)
        self._network.eval()
        return self._network

    def _run(self, on_epoch: Callable[[Epoch], None]) -> None:
        batches = self._batches()
        while len(self.curve) < self.plan.epochs and not self._is_out_of_patience():
            epoch = self._learn_one_epoch(batches)
            self.curve.append(epoch)
            if self._lesson.validate is None or best_epoch(self.curve) == epoch.number:
                self._best = {name: value.clone() for name, value in self._network.state_dict().items()}
            self._save()
            on_epoch(epoch)

    def _learn_one_epoch(self, batches: Iterator[tuple[Tensor, Tensor]]) -> Epoch:
        started, number = time.monotonic(), len(self.curve) + 1
        steps = self.steps_per_epoch
        random = torch.Generator().manual_seed(self._seed + number)
        torch.manual_seed(self._seed + number)  # dropout draws from the global generator
        loss_sum = score_sum = 0.0
        self._network.train()
        for step in range((number - 1) * steps, number * steps):
            frames, targets = next(batches)
            frames, targets = self._lesson.change_batch(frames, targets, random)
            loss, score = self._step(step, frames.to(self._device), targets.to(self._device))
            loss_sum, score_sum = loss_sum + loss, score_sum + score
        validation_loss, validation_score = self._validated()
        seconds = time.monotonic() - started
        return Epoch(number, loss_sum / steps, score_sum / steps, validation_loss, validation_score, seconds)

    def _validated(self) -> tuple[float | None, float | None]:
        if self._lesson.validate is None:
            return None, None
        return self._lesson.validate(self._network.eval())

    def _step(self, step: int, frames: Tensor, targets: Tensor) -> tuple[float, float]:
        share = rate_at(step, self.plan.epochs * self.steps_per_epoch, self.plan)
        for group in self._optimiser.param_groups:
            group["lr"] = self.plan.learning_rate * share
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self.plan.precision == "bfloat16"):
            outputs = self._network(frames)
        outputs = outputs.float()
        loss = self._lesson.loss(outputs, targets)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), self.plan.clip_norm)
        self._optimiser.step()
        return loss.item(), self._lesson.score(outputs.detach(), targets)

    @property
    def steps_per_epoch(self) -> int:
        return max(1, self.plan.takes_per_epoch // self.plan.batch)

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """From where the last finished epoch ended."""
        per_epoch = self.steps_per_epoch * self.plan.batch
        numbers = range(len(self.curve) * per_epoch, self.plan.epochs * per_epoch)
        return iter(DataLoader(self._lesson.takes, self.plan.batch, sampler=numbers, num_workers=self._lesson.workers))

    def _is_out_of_patience(self) -> bool:
        patience = self.plan.patience
        return patience is not None and len(self.curve) - best_epoch(self.curve or [_NOTHING_YET]) >= patience

    def _save(self) -> None:
        state: dict[str, Any] = {
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "best": self._best,
            "curve": [asdict(epoch) for epoch in self.curve],
        }
        save_whole(self._folder / CHECKPOINT, state)
        write_curve(self._folder / "curve.csv", self.curve)

    def _resume(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        state = load_checkpoint(self._folder)
        if state is None:
            return
        self._network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._best = state["best"]
        self.curve = [Epoch(**row) for row in state["curve"]]


_NOTHING_YET = Epoch(0, 0.0, 0.0, None, None, 0.0)


def _optimiser(network: Tagger, plan: FitPlan) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if plan.optimiser == "adamw" else torch.optim.Adam
    return kind(network.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True)


def best_device() -> torch.device:
    """Where PyTorch computes: on a GPU where there is one, on the processor otherwise."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


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
