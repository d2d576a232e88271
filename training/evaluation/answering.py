"""What a network answers to whole files, on the very chunks that the service would make of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from service.features.framing import Frames
from service.grid import Grid, window_starts
from training.cache.feature_cache import FeatureCache
from training.examples import Example
from training.networks.tagger import Tagger
from training.recipe import Recipe

BATCH = 256


@dataclass(frozen=True, slots=True)
class Answers:
    """Of chunks of examples: `logits` float32 (chunks, labels), `owners` int64 (chunks,), indices of the examples."""

    logits: NDArray[np.float32]
    owners: NDArray[np.int64]


def answer(network: Tagger, features: FeatureCache, recipe: Recipe, examples: Sequence[Example]) -> Answers:
    """The network must be in evaluation mode."""
    device = next(network.parameters()).device
    windows, owners, logits = [], [], []
    with torch.inference_mode():
        for index, example in enumerate(examples):
            for window in windows_of(features, recipe, example):
                windows.append(window)
                owners.append(index)
            if len(windows) >= BATCH or index == len(examples) - 1:
                batch = torch.from_numpy(np.stack(windows)).to(device)
                logits.append(network(batch).float().cpu().numpy())
                windows.clear()
    return Answers(np.concatenate(logits), np.array(owners, dtype=np.int64))


def windows_of(features: FeatureCache, recipe: Recipe, example: Example) -> list[Frames]:
    """float32 (frames, bins) each: the chunks of one example."""
    rate = recipe.front_end.sample_rate / recipe.front_end.hop_length
    seconds = recipe.chunk_seconds
    first = round(example.start_seconds * rate)
    total = len(example.part_of(features.frames(example.clip.path), rate)) / rate
    grid = Grid(seconds, seconds)
    starts = [
        start for index in range(grid.count(total)) for start in window_starts(grid.span(index, total), seconds, total)
    ]
    return [features.window(example.clip.path, first + round(start * rate), recipe.frames) for start in starts]
