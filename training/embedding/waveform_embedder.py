"""An embedder that hears samples: a file as teachers come in."""

from pathlib import Path

import numpy as np

from training.cache.decoded import blocks_at
from training.embedding.embedder import Embeddings, Heard, Rows
from training.teacher.opening import open_teacher
from training.teacher.teacher import SAMPLE_RATE


class TeacherEmbedder:
    """Raises TeacherError if the file is none."""

    def __init__(self, path: Path, tensor: str | None) -> None:
        self._teacher = open_teacher(path, [tensor], hop_samples=1)
        self.rate = float(SAMPLE_RATE)
        self.window = self._teacher.window_samples
        (self.width,) = self._teacher.widths

    def hear(self, path: Path) -> Heard:
        samples = np.concatenate([block.copy() for block in blocks_at(path, SAMPLE_RATE)])
        return Heard(samples, len(samples) / SAMPLE_RATE)

    def embed(self, windows: Rows) -> Embeddings:
        return np.concatenate([self._teacher.listen(window) for window in windows])
