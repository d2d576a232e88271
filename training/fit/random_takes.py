"""What a network learns from: an endless row of random takes, where the n-th is always the same."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from service.features.bank import FeatureBank
from service.features.framing import Frames
from service.features.frontend import FrontEnd
from training.augment.augment_plan import Chain
from training.augment.take import Take
from training.cache.file_cache import FULL_SCALE, FeatureCache, SoundCache
from training.examples import Example


class Lot:
    """What is drawn from: examples, each as often as its weight says."""

    def __init__(self, examples: Sequence[Example], weights: NDArray[np.float64]) -> None:
        self._examples = examples
        self._until = np.cumsum(weights / weights.sum())

    def draw(self, random: np.random.Generator) -> Example:
        index = int(np.searchsorted(self._until, random.random(), side="right"))
        return self._examples[min(index, len(self._examples) - 1)]


def example_weights(examples: Sequence[Example], balance: Literal["none", "class"]) -> NDArray[np.float64]:
    """float64 (examples,), summing to 1. A class is what has the same targets and comes from the same corpus.

    With balance, each class is heard as often as any other, and its recordings by the root of the number of their
    slices."""
    if balance == "none":
        return np.full(len(examples), 1 / len(examples))
    slices = Counter((example.stratum, example.clip.group) for example in examples)
    shares = np.array([slices[example.stratum, example.clip.group] ** -0.5 for example in examples])
    classes: defaultdict[str, float] = defaultdict(float)
    for example, share in zip(examples, shares, strict=True):
        classes[example.stratum] += share
    weights = shares / [classes[example.stratum] for example in examples]
    balanced: NDArray[np.float64] = weights / weights.sum()
    return balanced


class Takes:
    """Random stretches of the sound of examples, all of one length."""

    def __init__(self, sounds: SoundCache, lot: Lot, seconds: float) -> None:
        self._sounds = sounds
        self._lot = lot
        self._seconds = seconds

    def draw(self, random: np.random.Generator) -> Take:
        return stretch(self._sounds, self._lot.draw(random), self._seconds, random)


def stretch(sounds: SoundCache, example: Example, seconds: float, random: np.random.Generator) -> Take:
    """From a random place; a shorter sound is repeated."""
    length = round(seconds * sounds.sample_rate)
    sound = example.part_of(sounds.samples(example.clip.path), sounds.sample_rate)
    start = int(random.integers(0, max(0, len(sound) - length) + 1))
    samples = np.resize(sound[start : start + length], length)
    return Take(samples.astype(np.float32) / np.float32(FULL_SCALE), example.targets, sounds.sample_rate)


class Hearing(Dataset[tuple[Tensor, Tensor]]):
    """Takes of sound, augmented. Item n is (frames float32 (frames, bins), targets float32 (labels,)), by (seed, n)."""

    def __init__(self, takes: Takes, augment: Chain, front_end: FrontEnd, frames: int, seed: int) -> None:
        self._takes = takes
        self._augment = augment
        self._front_end = front_end
        self._frames = frames
        self._seed = seed

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        random = np.random.default_rng([self._seed, number])
        take = self._augment.augment(self._takes.draw(random), self._takes.draw, random)
        frames = frames_of(take, self._front_end, self._frames)
        return torch.from_numpy(frames), torch.from_numpy(take.targets)


def frames_of(take: Take, front_end: FrontEnd, count: int) -> Frames:
    """float32 (count, bins)"""
    bank = FeatureBank(take.sample_rate, [front_end])
    bank.push(take.samples)
    bank.finish()
    return bank.window(front_end, 0.0, count).copy()


class Seeing(Dataset[tuple[Tensor, Tensor]]):
    """Windows of frames that are there already, where nothing is done to the sound. Item n is (frames float32
    (count, bins), targets float32 (labels,)): from a random place, by (seed, n)."""

    def __init__(self, features: FeatureCache, lot: Lot, count: int, seed: int) -> None:
        self._features = features
        self._lot = lot
        self._count = count
        self._seed = seed

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        random = np.random.default_rng([self._seed, number])
        example = self._lot.draw(random)
        features, path = self._features, example.clip.path
        room = len(example.part_of(features.frames(path), features.rate)) - self._count
        start = round(example.start_seconds * features.rate) + int(random.integers(0, max(0, room) + 1))
        frames = features.window(path, start, self._count)
        return torch.from_numpy(frames.copy()), torch.from_numpy(example.targets)
