"""What a teacher says about a take, as numbers that a network can learn to give."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.fit.loss import ImitationLoss
from training.recipe import Learning
from training.take import Take
from training.teacher.opening import open_teacher
from training.teacher.teacher import SAMPLE_RATE, Teacher


class Lessons:
    """A teacher's mean answer to a take; what is no probability is brought to mean 0 and about one spread."""

    def __init__(self, teacher: Path, learning: Learning) -> None:
        self._path = teacher
        self._learning = learning
        self._teacher: Teacher | None = None
        self._middle: NDArray[np.float32] | float = 0.0
        self._spread: NDArray[np.float32] | float = 1.0

    def __call__(self, take: Take) -> NDArray[np.float32]:
        lesson: NDArray[np.float32] = (self._heard(take) - self._middle) / self._spread
        return lesson

    def measure_scale(self, takes: Sequence[Take]) -> ImitationLoss:
        """From the answers to `takes`. Returns what is to be made small."""
        raw = np.stack([self._heard(take) for take in takes])
        assert self._teacher is not None
        parts = list(zip(self._teacher.widths, self._learning.imitated, strict=True))
        ends = np.cumsum([width for width, _ in parts])[:-1]
        scales = [_scale(one.values, its) for (_, one), its in zip(parts, np.split(raw, ends, axis=1), strict=True)]
        self._middle, self._spread = (np.concatenate(side) for side in zip(*scales, strict=True))
        self._teacher = None
        return ImitationLoss([(width, one.values == "probabilities", one.weight) for width, one in parts])

    def _heard(self, take: Take) -> NDArray[np.float32]:
        if self._teacher is None:  # each worker process opens its own
            hop = round(self._learning.hop_seconds * SAMPLE_RATE)
            self._teacher = open_teacher(self._path, [one.tensor for one in self._learning.imitated], hop)
        heard: NDArray[np.float32] = self._teacher.listen(take.samples).mean(axis=0)
        return heard


def _scale(values: str, answers: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Middle and spread, float32 (width,) each, of one tensor's `answers`, float32 (takes, width)."""
    if values == "probabilities":
        return np.zeros(answers.shape[1], np.float32), np.ones(answers.shape[1], np.float32)
    spread = answers.std(axis=0)
    # What hardly ever speaks must not count as much as the rest of its tensor.
    return answers.mean(axis=0), spread + spread.mean()
