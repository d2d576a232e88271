"""What a network learns before it is told any label: to answer as a larger tagger does, about any sound there is."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.examples import Example
from training.fit.curve import Epoch
from training.fit.device import best_device
from training.fit.fitting import Fitting, Lesson
from training.fit.hearing import Hearing, Takes
from training.fit.labelled_fit import Weights
from training.fit.loss import ImitationLoss
from training.fit.remembered import Remembered
from training.material import Material
from training.recipe import Learning, Recipe
from training.take import SAMPLE_RATE, Take
from training.teacher.opening import open_teacher
from training.teacher.teacher import Teacher

TAKES_FOR_SCALE = 512
"""Random lessons that say how far each number of the teacher's answer ranges."""


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
        free = np.concatenate([np.full(width, one.values == "numbers") for width, one in parts])
        spread = raw.std(axis=0)
        # What hardly ever speaks must not count as much as the rest.
        self._middle = np.where(free, raw.mean(axis=0), 0)
        self._spread = np.where(free, spread + spread[free].mean() if free.any() else 1, 1)
        self._teacher = None
        return ImitationLoss([(width, one.values == "probabilities", one.weight) for width, one in parts])

    def _heard(self, take: Take) -> NDArray[np.float32]:
        if self._teacher is None:  # each worker process opens its own
            hop = round(self._learning.hop_seconds * SAMPLE_RATE)
            self._teacher = open_teacher(self._path, [one.tensor for one in self._learning.imitated], hop)
        heard: NDArray[np.float32] = self._teacher.listen(take.samples).mean(axis=0)
        return heard


def learn_from_teacher(
    recipe: Recipe,
    learning: Learning,
    material: Material,
    teacher: Path,
    folder: Path,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Weights:
    """Weights of all but the head. Kept in `folder` by all that they depend on, for recipes that agree in it."""
    nothing = np.zeros(0, dtype=np.float32)
    examples = [Example(clip, nothing) for clip in material.clips]
    seconds = np.array([len(material.sounds.samples(clip.path)) / SAMPLE_RATE for clip in material.clips])
    takes = Takes(material.sounds, examples, np.maximum(seconds, recipe.chunk_seconds), recipe.chunk_seconds)
    chain = learning.augment.for_labels(())
    lessons = Lessons(teacher, learning)
    random = np.random.default_rng(recipe.seed)
    drawn = [takes.draw(random) for _ in range(TAKES_FOR_SCALE)]
    loss = lessons.measure_scale([chain.augment(take, takes.draw, random) for take in drawn])
    torch.manual_seed(recipe.seed)
    network = recipe.network.build(recipe.front_end.bins, loss.width)
    mine = folder / student_key(recipe, learning, material, teacher)
    hearing = Hearing(takes, chain, recipe.front_end, recipe.frames, lessons, recipe.seed)
    lesson = Lesson(
        takes=Remembered(hearing, learning.takes, mine / "takes"),
        loss=loss,
        change_batch=learning.augment.augment_batch,
    )
    fitted = Fitting(network, lesson, learning.fit, recipe.seed, mine, best_device()).run(on_epoch)
    return {name: value for name, value in fitted.state_dict().items() if not name.startswith("head.")}


def student_key(recipe: Recipe, learning: Learning, material: Material, teacher: Path) -> str:
    """In hexadecimal: the same for everything that leads to the same weights."""
    parts = (
        recipe.front_end.model_dump_json(),
        recipe.network.model_dump_json(),
        learning.model_dump_json(),
        f"{recipe.chunk_seconds} {recipe.seed} {material.fingerprint}",
        hashlib.sha256(teacher.read_bytes()).hexdigest(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
