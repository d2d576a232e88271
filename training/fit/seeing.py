"""What a network sees while it learns if nothing is done to the sound: windows of frames that are there already."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from training.cache.feature_cache import FeatureCache
from training.fit.lot import Lot


class Seeing(Dataset[tuple[Tensor, Tensor]]):
    """Item n is (frames float32 (count, bins), targets float32 (labels,)): from a random place, by (seed, n)."""

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
