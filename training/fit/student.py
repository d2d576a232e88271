"""What a network learns before it is told any label: to answer as a larger tagger does, about any sound there is."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from training.examples import Example
from training.fit.balance import duration_weights
from training.fit.checkpoint import save_whole
from training.fit.curve import Epoch
from training.fit.device import best_device
from training.fit.fitting import Fitting, Lesson
from training.fit.hearing import Hearing, Takes
from training.fit.labelled_fit import Weights
from training.fit.lessons import Lessons
from training.fit.lot import Lot
from training.fit.remembered import Remembered
from training.material import Material
from training.networks.tagger import Tagger
from training.recipe import Learning, Recipe

TAKES_FOR_SCALE = 512
"""Random answers that say how far each number of the teacher's ranges."""


@dataclass(frozen=True, slots=True)
class Student:
    """Weights of all but the head, and the wall time that it took to learn them."""

    weights: Weights
    seconds: float


def learn_from_teacher(
    recipe: Recipe,
    learning: Learning,
    material: Material,
    teacher: Path,
    folder: Path,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Student:
    """Kept in `folder` by all that it depends on, for recipes that agree in that."""
    mine = folder / student_key(recipe, learning, material, teacher)
    learned, takes = mine / "student.pt", mine / "takes"
    if not learned.is_file():
        network, lesson = _lesson(recipe, learning, material, teacher, takes)
        fitting = Fitting(network, lesson, learning.fit, recipe.seed, mine, best_device())
        everything = fitting.run(on_epoch).state_dict()
        weights = {name: value for name, value in everything.items() if not name.startswith("head.")}
        save_whole(learned, {"weights": weights, "seconds": sum(epoch.seconds for epoch in fitting.curve)})
    shutil.rmtree(takes, ignore_errors=True)
    return Student(**torch.load(learned, map_location="cpu", weights_only=True))


def student_key(recipe: Recipe, learning: Learning, material: Material, teacher: Path) -> str:
    """In hexadecimal: the same for everything that leads to the same weights."""
    parts = (
        recipe.front_end.model_dump_json(),
        recipe.network.model_dump_json(),
        learning.model_dump_json(),
        f"{recipe.chunk_seconds} {recipe.seed} {material.sound_digest}",
        " ".join(clip.corpus for clip in material.clips) if learning.more else "",
        hashlib.sha256(teacher.read_bytes()).hexdigest(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _lesson(recipe: Recipe, learning: Learning, material: Material, teacher: Path, kept: Path) -> tuple[Tagger, Lesson]:
    """A network that knows nothing, and what it is to learn."""
    nothing = np.zeros(0, dtype=np.float32)
    examples = [Example(clip, nothing) for clip in material.clips]
    sounds = material.sounds
    seconds = np.array([len(sounds.samples(clip.path)) / sounds.sample_rate for clip in material.clips])
    weights = duration_weights(material.clips, np.maximum(seconds, recipe.chunk_seconds), learning.more)
    takes = Takes(sounds, Lot(examples, weights), recipe.chunk_seconds)
    chain = learning.augment.for_labels(())
    lessons = Lessons(teacher, learning)
    random = np.random.default_rng(recipe.seed)
    drawn = [takes.draw(random) for _ in range(TAKES_FOR_SCALE)]
    loss = lessons.measure_scale([chain.augment(take, takes.draw, random) for take in drawn])
    hearing = Hearing(takes, chain, recipe.front_end, recipe.frames, lessons, recipe.seed)
    torch.manual_seed(recipe.seed)
    network = recipe.network.build(recipe.front_end.bins, loss.width)
    network.dropout.p = 0.0  # there is always another take: nothing can be learned by heart
    kept_takes = Remembered(hearing, learning.takes, kept)
    return network, Lesson(kept_takes, loss, learning.augment.augment_batch, material.workers)
