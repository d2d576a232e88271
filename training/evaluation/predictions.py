"""What models answered to sound that they had not been trained on, and what is true of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

Activation = Literal["softmax", "sigmoid"]


class PredictionsError(Exception):
    """These predictions are not what they should be. Says where and how."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Held-out answers: a file's chunks, its truth, and the fold whose model had not heard its group.

    `split` and `leaks` are the `Split`'s that the folds come from; they go wherever the numbers go.
    """

    labels: tuple[str, ...]
    activation: Activation
    split: str
    leaks: bool
    chunk_logits: NDArray[np.float32]
    """(chunks, labels)"""
    chunk_files: NDArray[np.int64]
    """(chunks,), index of the file that each chunk is of; every file has one at least."""
    chunk_seconds: NDArray[np.float32]
    """(chunks,), above 0: how much of the file a chunk stands for, its weight in the file's mean."""
    targets: NDArray[np.float32]
    """(files, labels): 1 holds, 0 does not, NaN unknown; softmax: rows with exactly one 1 and no NaN."""
    groups: tuple[str, ...]
    corpora: tuple[str, ...]
    names: tuple[str, ...]
    """Per file, unique within its corpus."""
    folds: NDArray[np.int64]
    """(files,), the fold in which each file was held out."""

    def __post_init__(self) -> None:
        files, width = len(self.names), len(self.labels)
        if not files:
            raise PredictionsError("There is no file in these predictions; one is needed at least.")
        shapes: dict[str, tuple[NDArray[Any], tuple[int, ...]]] = {
            "chunk_logits": (self.chunk_logits, (len(self.chunk_files), width)),
            "chunk_seconds": (self.chunk_seconds, (len(self.chunk_files),)),
            "targets": (self.targets, (files, width)),
            "folds": (self.folds, (files,)),
            "groups": (np.asarray(self.groups), (files,)),
            "corpora": (np.asarray(self.corpora), (files,)),
        }
        for what, (array, shape) in shapes.items():
            if array.shape != shape:
                raise PredictionsError(f"{what} has shape {array.shape}; {shape} is needed, by files and labels.")
        if self.activation not in get_args(Activation):
            raise PredictionsError(f"The activation is softmax or sigmoid, not {self.activation!r}.")
        self._check_values()

    def _check_values(self) -> None:
        files = len(self.names)
        strangers = self.chunk_files[(self.chunk_files < 0) | (self.chunk_files >= files)]
        if len(strangers):
            raise PredictionsError(f"chunk_files names file {strangers[0]}; there are {files}, counted from 0.")
        silent = np.flatnonzero(self.chunks_per_file == 0)
        if len(silent):
            raise PredictionsError(f"{len(silent)} of {files} files have no chunk, {self.names[silent[0]]} the first.")
        if not np.isfinite(self.chunk_logits).all():
            raise PredictionsError(f"{np.sum(~np.isfinite(self.chunk_logits))} logits are not finite.")
        known = self.targets[~np.isnan(self.targets)]
        if not np.isin(known, (0, 1)).all():
            raise PredictionsError("A target is 1, 0, or NaN where it is unknown; others are there.")
        if self.activation == "softmax" and not (self.targets.sum(axis=1) == 1).all():
            raise PredictionsError("With softmax exactly one label holds for each file; for some another number does.")
        if len(set(zip(self.corpora, self.names, strict=True))) != files:
            raise PredictionsError("A file is there twice; it can be held out in one fold only.")

    @property
    def chunks_per_file(self) -> NDArray[np.int64]:
        """(files,)"""
        return np.bincount(self.chunk_files, minlength=len(self.names))

    def probabilities(self, temperature: float | NDArray[np.float64] = 1.0) -> NDArray[np.float64]:
        """float64 (chunks, labels) in [0, 1]; one temperature, or one for each file (files,)."""
        per_file = np.broadcast_to(np.asarray(temperature, np.float64), (len(self.names),))
        scaled = self.chunk_logits / per_file[self.chunk_files, None]
        likely: NDArray[np.float64] = softmax(scaled, axis=1) if self.activation == "softmax" else expit(scaled)
        return likely

    def file_probabilities(self, temperature: float | NDArray[np.float64] = 1.0) -> NDArray[np.float64]:
        """float64 (files, labels) in [0, 1]: the mean over each file's chunks, as the service averages."""
        sums = np.zeros(self.targets.shape)
        np.add.at(sums, self.chunk_files, self.probabilities(temperature) * self.chunk_seconds[:, None])
        return sums / np.bincount(self.chunk_files, self.chunk_seconds)[:, None]

    def subset(self, mask: NDArray[np.bool_]) -> Self:
        """The files where `mask` (files,) is True, and their chunks."""
        kept = mask[self.chunk_files]
        renumbered = np.cumsum(mask, dtype=np.int64) - 1
        chosen = np.flatnonzero(mask)
        return type(self)(
            labels=self.labels,
            activation=self.activation,
            split=self.split,
            leaks=self.leaks,
            chunk_logits=self.chunk_logits[kept],
            chunk_files=renumbered[self.chunk_files[kept]],
            chunk_seconds=self.chunk_seconds[kept],
            targets=self.targets[mask],
            groups=tuple(self.groups[index] for index in chosen),
            corpora=tuple(self.corpora[index] for index in chosen),
            names=tuple(self.names[index] for index in chosen),
            folds=self.folds[mask],
        )

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        unfinished = path.with_name(f"{path.name}.unfinished")
        with unfinished.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(**{field.name: _plain(stored[field.name]) for field in fields(cls)})
        except (BadZipFile, KeyError, ValueError) as error:
            raise PredictionsError(f"{path} does not hold predictions: {error}") from error


def join(parts: Sequence[Predictions]) -> Predictions:
    """The folds of one split as one. They must agree in labels, activation and split, and share no file."""
    first = parts[0]
    for part in parts[1:]:
        for what in ("labels", "activation", "split", "leaks"):
            if getattr(part, what) != getattr(first, what):
                raise PredictionsError(
                    f"Predictions with {what} {getattr(first, what)!r} and {getattr(part, what)!r} cannot be joined."
                )
    offsets = np.cumsum([0, *(len(part.names) for part in parts[:-1])])
    return Predictions(
        labels=first.labels,
        activation=first.activation,
        split=first.split,
        leaks=first.leaks,
        chunk_logits=np.concatenate([part.chunk_logits for part in parts]),
        chunk_seconds=np.concatenate([part.chunk_seconds for part in parts]),
        chunk_files=np.concatenate([part.chunk_files + offset for part, offset in zip(parts, offsets, strict=True)]),
        targets=np.concatenate([part.targets for part in parts]),
        groups=tuple(group for part in parts for group in part.groups),
        corpora=tuple(corpus for part in parts for corpus in part.corpora),
        names=tuple(name for part in parts for name in part.names),
        folds=np.concatenate([part.folds for part in parts]),
    )


def _plain(stored: NDArray[Any]) -> Any:
    """Arrays of numbers as they are, texts and single values as Python has them."""
    if stored.ndim == 0:
        return stored.item()
    return tuple(stored.tolist()) if stored.dtype.kind == "U" else stored
