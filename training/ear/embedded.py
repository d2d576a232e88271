"""What the ear makes of whole files, window by window, kept on disk: every file is heard once for all heads."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.features.bank import FeatureBank
from service.features.logmel import LogMel
from service.grid import Grid, window_starts
from service.inference.session import Graph
from training.augment.augment_plan import AugmentPlan
from training.augment.take import Take
from training.cache.file_cache import FULL_SCALE, FileArrays, decoded_int16

SHORTEST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class EarFile:
    """An exported ear, as any process can open it."""

    path: Path
    digest: str
    front_end: LogMel
    seconds: float
    """Length of a window."""
    input: str
    width: int

    @property
    def frames(self) -> int:
        return round(self.seconds * self.front_end.sample_rate / self.front_end.hop_length)


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFile:
    """Embeddings of one file. `rows` float32 (windows, width)."""

    rows: NDArray[np.float32]
    copies: NDArray[np.int64]
    """(windows,): 0 is the sound itself."""
    seconds: NDArray[np.float32]
    """(windows,): what each stands for of the file."""


class Embeddings:
    """The ear's embeddings of each file as it is, and of `copies` augmented copies."""

    def __init__(self, folder: Path, ear: EarFile, plan: AugmentPlan, copies: int) -> None:
        key = f"{ear.digest}\n{plan.model_dump_json() if copies else ''}\n{copies}"
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        make = partial(_embedded, ear=ear, plan=plan, copies=copies)
        self._arrays = FileArrays(folder / f"ear-{name}", np.float32, (2 + ear.width,), make)

    def fill(self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None]) -> Mapping[Path, str]:
        """The broken ones, with the reason."""
        return self._arrays.fill(paths, workers, on_path)

    def __getitem__(self, path: Path) -> EmbeddedFile:
        kept = self._arrays[path]
        return EmbeddedFile(kept[:, 2:], kept[:, 0].astype(np.int64), kept[:, 1])


def windows_of(samples: NDArray[np.float32], ear: EarFile) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """float32 (windows, frames, bins) and the seconds that each stands for: the windows that the service hears."""
    rate = ear.front_end.sample_rate
    bank = FeatureBank(rate, [ear.front_end])
    bank.push(samples)
    bank.finish()
    total = len(samples) / rate
    grid = Grid(ear.seconds, ear.seconds)
    spans = [grid.span(index, total) for index in range(grid.count(total))]
    starts = [window_starts(span, ear.seconds, total)[0] for span in spans]
    seconds = np.array([max(span.seconds, SHORTEST_SECONDS) for span in spans], np.float32)
    return bank.windows(ear.front_end, starts, ear.frames), seconds


def _embedded(path: Path, ear: EarFile, plan: AugmentPlan, copies: int) -> NDArray[np.float32]:
    """(windows, 2 + width): the copy, the seconds, the embedding."""
    whole = decoded_int16(path, ear.front_end.sample_rate).astype(np.float32) / np.float32(FULL_SCALE)
    parts = []
    for copy in range(copies + 1):
        samples = whole
        if copy:
            # By the file's name, so that the same file sounds the same in every run.
            rng = np.random.default_rng([zlib.crc32(path.name.encode()), copy])
            samples = _augmented(whole, ear, plan, rng)
        windows, seconds = windows_of(samples, ear)
        (rows,) = _graph(ear.path).run(["embedding"], ear.input, windows)
        parts.append(np.column_stack([np.full(len(rows), copy, np.float32), seconds, rows]))
    return np.concatenate(parts).astype(np.float32)


def _augmented(
    samples: NDArray[np.float32], ear: EarFile, plan: AugmentPlan, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Moved by part of a window, then changed window by window, each in its own way."""
    chain, rate = plan.for_labels(()), ear.front_end.sample_rate
    length = round(ear.seconds * rate)
    moved = samples[int(rng.integers(0, min(length, max(1, len(samples) - length)))) :]
    nothing = np.zeros(0, np.float32)

    def no_other(_: np.random.Generator) -> Take:
        raise AssertionError("nothing is mixed into the copies of embeddings")

    return np.concatenate(
        [
            chain.augment(Take(moved[at : at + length].copy(), nothing, rate), no_other, rng).samples
            for at in range(0, len(moved), length)
        ]
    )


@cache
def _graph(path: Path) -> Graph:
    """Once in each process."""
    return Graph(path.read_bytes())
