"""Answers of models that never were, made so that the truth about them is known."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.predictions import Predictions


def predictions(
    chunk_logits: Any,
    targets: Any,
    *,
    chunk_files: Any = None,
    chunk_seconds: Any = None,
    folds: Any = None,
    groups: Any = None,
    **more: Any,
) -> Predictions:
    """Softmax, one chunk and one group a file, two folds, and labels a, b, c ... unless told otherwise."""
    logits, truth = np.asarray(chunk_logits, np.float32), np.asarray(targets, np.float32)
    files = len(truth)
    fields: dict[str, Any] = {
        "labels": tuple("abcdefghijklmnopqrstuvwxyz"[: truth.shape[1]]),
        "activation": "softmax",
        "split": "grouped 2-fold",
        "leaks": False,
        "corpora": ("corpus",) * files,
        "names": tuple(f"{number}.wav" for number in range(files)),
        **more,
    }
    return Predictions(
        chunk_logits=logits,
        chunk_files=np.arange(files) if chunk_files is None else np.asarray(chunk_files, np.int64),
        chunk_seconds=np.full(len(logits), 3, np.float32)
        if chunk_seconds is None
        else np.asarray(chunk_seconds, np.float32),
        targets=truth,
        folds=np.arange(files) % 2 if folds is None else np.asarray(folds, np.int64),
        groups=tuple(str(number) for number in range(files)) if groups is None else tuple(groups),
        **fields,
    )


def one_hot(truth: NDArray[np.int64], labels: int) -> NDArray[np.float32]:
    return np.eye(labels, dtype=np.float32)[truth]


def calibrated_softmax(files: int, labels: int, seed: int, spread: float = 1.5) -> Predictions:
    """The truth is drawn from the very probabilities that the logits state."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (files, labels))
    truth = np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)
    return predictions(logits, one_hot(truth, labels))


def calibrated_sigmoid(files: int, labels: int, seed: int, spread: float = 2.0) -> Predictions:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (files, labels))
    return predictions(logits, logits + rng.logistic(size=logits.shape) > 0, activation="sigmoid")


def genres(files: int, labels: int, groups: int, chunks: int, seed: int) -> Predictions:
    """A group shares its label and most of its logits, so its files err together. Five folds by group."""
    rng = np.random.default_rng(seed)
    group = np.arange(files) % groups
    truth = rng.integers(0, labels, groups)[group]
    centre = rng.normal(size=(groups, labels))[group] + 1.5 * one_hot(truth, labels)
    chunk_files = np.repeat(np.arange(files), chunks)
    logits = centre[chunk_files] + 0.5 * rng.normal(size=(files * chunks, labels))
    names = [f"song {number}" for number in group]
    return predictions(
        logits, one_hot(truth, labels), chunk_files=chunk_files, groups=names, folds=group % 5, split="grouped 5-fold"
    )
