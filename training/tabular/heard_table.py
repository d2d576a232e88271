"""The same table from sound: a row for each window of each clip, by the front-end that serves."""

from collections.abc import Sequence

import numpy as np

from service.features.handcrafted import Handcrafted
from training.cache.feature_cache import FeatureCache
from training.clip import Clip
from training.tabular.feature_table import FeatureTable, feature_table


def table_of(clips: Sequence[Clip], features: FeatureCache) -> FeatureTable:
    """`features` are of a Handcrafted front-end, and filled with the clips. Raises NotCached, TableError."""
    frames = [features.frames(clip.path) for clip in clips]
    owners = [clip for clip, its in zip(clips, frames, strict=True) for _ in its]
    rows = np.concatenate([np.empty((0, Handcrafted(window_seconds=1).bins), np.float32), *frames])
    return feature_table(rows, [clip.label for clip in owners], [clip.group for clip in owners])
