"""The published classes as labels of answers, with thresholds where the data tells what has a class."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from service.fitting.calibration import best_f1_threshold
from service.inference.manifest import Metric
from service.types import MIN_TAG
from training.corpora.corpus import Clip
from training.ear.ear_recipe import TagsRecipe
from training.ear.embedded import Embeddings
from training.ear.network import Tags
from training.recipe import RecipeError

SPLIT = "thresholds fitted to the same clips; the classifier was told none of their labels"


@dataclass(frozen=True, slots=True)
class FittedTags:
    labels: tuple[str, ...]
    thresholds: Mapping[str, float]
    metrics: tuple[Metric, ...]


def labels_in(path: Path) -> tuple[str, ...]:
    """AudioSet's names in their order, in the letters that labels may have. Raises RecipeError."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names = [row["display_name"] for row in csv.DictReader(file)]
    except (OSError, KeyError) as error:
        raise RecipeError(f"{path} should be a CSV file with a column display_name: {error}.") from None
    return tuple(name.replace("/", " or ").replace("+", " and ")[:64].strip() for name in names)


def fit_tags(
    recipe: TagsRecipe, labels: tuple[str, ...], tags: Tags, clips: Sequence[Clip], embeddings: Embeddings
) -> FittedTags:
    """A threshold of its own for each class that the data knows, of the best F1 on its clips; else the stated one."""
    strangers = set(recipe.same_as) - set(labels)
    if strangers:
        raise RecipeError(f"tags.same_as names {', '.join(sorted(strangers))}: no classes of {recipe.labels_file}")
    thresholds = dict.fromkeys(labels, recipe.threshold)
    metrics: list[Metric] = []
    likely = np.stack([_likely(tags, embeddings, clip) for clip in clips]) if recipe.same_as else np.zeros((0, 0))
    for label, which in recipe.same_as.items():
        holds = np.array([bool({clip.corpus, f"{clip.corpus}: {clip.label}"} & set(which)) for clip in clips])
        if not holds.any():
            raise RecipeError(f"tags.same_as: no clip of {', '.join(which)} for {label}")
        its = likely[:, labels.index(label)]
        threshold = max(MIN_TAG, best_f1_threshold(its, holds))
        thresholds[label] = round(threshold, 4)
        found = its >= threshold
        values = {"precision": holds[found].mean() if found.any() else 0.0, "recall": found[holds].mean()}
        metrics += [Metric(name=f"{name}/{label}", value=float(number), split=SPLIT) for name, number in values.items()]
    return FittedTags(labels, thresholds, tuple(metrics))


def _likely(tags: Tags, embeddings: Embeddings, clip: Clip) -> NDArray[np.float64]:
    """(labels,): the mean over the clip's windows."""
    heard = embeddings[clip.path]
    its = heard.copies == 0
    with torch.inference_mode():
        windows = torch.sigmoid(tags(torch.from_numpy(heard.rows[its].copy()))).numpy()
    return np.average(windows.astype(np.float64), axis=0, weights=heard.seconds[its])
