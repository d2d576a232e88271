"""Two held-out sounds at once: whether both are found where both are heard."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.features.framing import Frames
from service.inference.manifest import Metric
from training.augment.level import is_silent
from training.augment.overlay import mixture
from training.cache.sound_cache import SoundCache
from training.evaluation.bootstrap import group_intervals
from training.evaluation.measure import LEAKY
from training.evaluation.predictions import Predictions
from training.evaluation.scores import Calibrations, score_files
from training.evaluation.weighted import Values, Weights, ratio, value
from training.examples import Example
from training.fit.answering import Answering
from training.fit.hearing import frames_of, stretch
from training.recipe import Mixed, Recipe
from training.splits import Split


def answers_to_mixtures(
    logits_of: Answering,
    recipe: Recipe,
    mixed: Mixed,
    sounds: SoundCache,
    examples: Sequence[Example],
    split: Split,
    fold: int,
) -> Predictions | None:
    """Each example of the upper label over a random one of the lower; None if there is no such pair."""
    upper, lower = (_with_only(recipe, label, examples) for label in (mixed.upper, mixed.lower))
    random = np.random.default_rng([recipe.seed, fold])
    made: list[tuple[Frames, Example, str]] = []
    for example in upper if lower else ():
        other = lower[int(random.integers(len(lower)))]
        decibels = random.uniform(mixed.min_snr_db, mixed.max_snr_db)
        over, under = (stretch(sounds, one, recipe.chunk_seconds, random) for one in (example, other))
        if is_silent(over.samples) or is_silent(under.samples):
            continue
        frames = frames_of(mixture(over, under, decibels), recipe.front_end, recipe.frames)
        made.append((frames, example, f"{example.name} over {other.name} at {decibels:.1f} dB"))
    if not made:
        return None
    holds = np.array([1.0 if label in (mixed.upper, mixed.lower) else np.nan for label in recipe.labels], np.float32)
    return Predictions(
        labels=recipe.labels,
        activation=recipe.activation,
        split=split.name,
        leaks=split.leaks,
        chunk_logits=logits_of(np.stack([frames for frames, _, _ in made])),
        chunk_files=np.arange(len(made), dtype=np.int64),
        chunk_seconds=np.full(len(made), recipe.chunk_seconds, dtype=np.float32),
        targets=np.tile(holds, (len(made), 1)),
        groups=tuple(example.clip.group for _, example, _ in made),
        corpora=tuple(example.clip.corpus for _, example, _ in made),
        names=tuple(name for _, _, name in made),
        folds=np.full(len(made), fold, dtype=np.int64),
    )


def both_found(mixed: Mixed, predictions: Predictions, calibrations: Calibrations) -> Metric:
    """Share of mixtures in which both labels reach their thresholds; the interval is by the group of the upper one."""
    scores = score_files(predictions, calibrations)
    found: NDArray[np.float64] = np.all(scores.decided | np.isnan(scores.targets), axis=1).astype(np.float64)

    def share(weights: Weights) -> Values:
        return ratio(weights @ found, weights.sum(axis=1))

    measured = value(share, len(found))
    assert measured is not None
    interval = group_intervals({mixed.name: share}, scores.groups)[mixed.name]
    name = f"{LEAKY if predictions.leaks else ''}{mixed.name}"
    return Metric(name=name, value=measured, split=predictions.split, interval=interval)


def _with_only(recipe: Recipe, label: str, examples: Sequence[Example]) -> list[Example]:
    """Those of which nothing but this label is known to hold."""
    index = recipe.labels.index(label)
    return [one for one in examples if one.targets[index] == 1 and np.nansum(one.targets) == 1]
