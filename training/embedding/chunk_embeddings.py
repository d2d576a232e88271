"""The embeddings of whole files, chunk by chunk, kept on disk: an embedder hears every file once."""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.grid import Grid, window_starts
from training.cache.file_cache import FileArrays
from training.embedding.embedder_file import EmbedderFile, open_embedder
from training.embedding.embedders import Embedder, EmbedderError, Embeddings, Rows, SoundRows, spread


class ChunkEmbeddings:
    """In a folder of its own inside `folder`. Raises EmbedderError if the file is no embedder, or hears longer windows
    than chunks are."""

    def __init__(self, folder: Path, file: EmbedderFile, seconds: float) -> None:
        embedder = open_embedder(file)
        if chunk_rows(embedder, seconds) < embedder.window:
            raise EmbedderError(
                f"{file.path.name} hears {embedder.window / embedder.rate:.3g} s at once; chunk_seconds is "
                f"{seconds:g}, and must be at least that."
            )
        front_end = file.front_end.model_dump_json() if file.front_end else ""
        name = hashlib.sha256(f"{file.digest}\n{file.tensor}\n{front_end}\n{seconds}".encode()).hexdigest()[:16]
        make = partial(embedded_chunks, file=file, seconds=seconds)
        self._arrays = FileArrays(folder / f"embedding-{name}", np.float32, (1 + embedder.width,), make)

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = lambda _: None
    ) -> dict[Path, str]:
        """As FileArrays.fill: makes what is not there yet, returns the broken files with the reason."""
        return self._arrays.fill(paths, workers, on_path)

    def of(self, path: Path) -> tuple[Embeddings, NDArray[np.float32]]:
        """Read-only float32 (chunks, width), and float32 (chunks,), the seconds that each stands for. Raises
        NotCached."""
        rows = self._arrays[path]
        return rows[:, 1:], rows[:, 0]


def chunk_rows(embedder: Embedder, seconds: float) -> int:
    """Samples or frames of one chunk."""
    return round(seconds * embedder.rate)


def embedded_chunks(path: Path, file: EmbedderFile, seconds: float) -> NDArray[np.float32]:
    """float32 (chunks, 1 + width): seconds that the chunk stands for, and its embedding. Raises EarmarkError."""
    embedder = open_embedder(file)
    heard = embedder.hear(path)
    return np.stack(
        [
            np.concatenate([[np.float32(its_seconds)], chunk_embedding(embedder, rows)])
            for rows, its_seconds in chunks_of(embedder, heard, seconds)
        ]
    ).astype(np.float32)


def chunks_of(embedder: Embedder, heard: SoundRows, seconds: float) -> list[tuple[Rows, float]]:
    """Each chunk's rows, and the seconds that it stands for; cut as the service cuts."""
    grid, count = Grid(seconds, seconds), chunk_rows(embedder, seconds)
    spans = [grid.span(index, heard.seconds) for index in range(grid.count(heard.seconds))]
    return [
        (_window(heard.rows, round(start * embedder.rate), count), span.seconds)
        for span in spans
        for start in window_starts(span, seconds, heard.seconds)
    ]


def chunk_embedding(embedder: Embedder, rows: Rows) -> NDArray[np.float32]:
    """float32 (width,): the mean over the windows of one chunk."""
    windows = np.stack([rows[start : start + embedder.window] for start in spread(len(rows), embedder.window)])
    mean: NDArray[np.float32] = embedder.embed(windows).mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def _window(rows: Rows, start: int, count: int) -> Rows:
    """One that would reach over the end ends with the sound; a sound shorter than it is repeated."""
    if len(rows) < count:
        return np.resize(rows, (count, *rows.shape[1:]))
    first = min(start, len(rows) - count)
    return rows[first : first + count]
