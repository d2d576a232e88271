"""What a network answers to whole files, on the very chunks that the service would make of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from service.features.framing import Frames
from service.grid import Grid, window_starts
from training.examples import Example
from training.prepare import Material
from training.recipe import Recipe

MOST_WINDOWS = 256
MOST_NUMBERS = 2_500_000
"""Frames times bins of all windows that are answered at once: wide networks keep a hundred times as much in memory."""

Answering = Callable[[Frames], NDArray[np.float32]]
"""Windows float32 (n, frames, bins) in, logits float32 (n, labels) out."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to chunks of examples: `logits` float32 (chunks, labels), `owners` int64 (chunks,), indices of the
    examples, `seconds` float32 (chunks,) that a chunk stands for."""

    logits: NDArray[np.float32]
    owners: NDArray[np.int64]
    seconds: NDArray[np.float32]


def answering(network: nn.Module) -> Answering:
    """Answers of a network in evaluation mode, on the device where it is."""
    device = next((one.device for one in network.parameters()), torch.device("cpu"))

    def logits(windows: Frames) -> NDArray[np.float32]:
        with torch.inference_mode():
            numbers: NDArray[np.float32] = network(torch.from_numpy(windows).to(device)).float().cpu().numpy()
        return numbers

    return logits


def answer(
    logits_of: Answering,
    material: Material,
    recipe: Recipe,
    examples: Sequence[Example],
    most_numbers: int = MOST_NUMBERS,
) -> Answers:
    at_once = max(1, min(MOST_WINDOWS, most_numbers // (recipe.frames * recipe.front_end.bins)))
    windows, owners, seconds, logits = [], [], [], []
    for index, example in enumerate(examples):
        for window, its_seconds in chunks_of(material, recipe, example):
            windows.append(window)
            owners.append(index)
            seconds.append(its_seconds)
        if len(windows) >= at_once or index == len(examples) - 1:
            logits.append(logits_of(np.stack(windows)))
            windows.clear()
    return Answers(np.concatenate(logits), np.array(owners, dtype=np.int64), np.array(seconds, dtype=np.float32))


def typical_windows(material: Material, recipe: Recipe, examples: Sequence[Example], count: int) -> Frames:
    """float32 (count or fewer, frames, bins): the first chunks of every n-th example, n as large as `count` allows."""
    step = max(1, len(examples) // count)
    return np.stack([chunks_of(material, recipe, one)[0][0] for one in examples[::step][:count]])


def chunks_of(material: Material, recipe: Recipe, example: Example) -> list[tuple[Frames, float]]:
    """Windows float32 (frames, bins) of one example, and the seconds that each stands for; cut as the service cuts."""
    path, seconds = example.clip.path, recipe.chunk_seconds
    sounds, features = material.sounds, material.features
    total = len(example.part_of(sounds.samples(path), sounds.sample_rate)) / sounds.sample_rate
    grid = Grid(seconds, seconds)
    spans = [grid.span(index, total) for index in range(grid.count(total))]
    return [
        (features.window(path, round((example.start_seconds + start) * features.rate), recipe.frames), span.seconds)
        for span in spans
        for start in window_starts(span, seconds, total)
    ]
