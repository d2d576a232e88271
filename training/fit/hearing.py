"""What a network hears while it learns: an endless row of random takes, the n-th of which is always the same."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from service.features.bank import FeatureBank
from service.features.framing import Frames
from service.features.frontend import FrontEnd
from training.augment.plan import Chain
from training.cache.sound_cache import FULL_SCALE, SoundCache
from training.examples import Example
from training.fit.lot import Lot
from training.take import Take


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
    """Item n is (frames float32 (frames, bins), targets float32 (labels,)): drawn and augmented by (seed, n)."""

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
