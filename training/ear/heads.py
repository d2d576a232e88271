"""Heads on the embedding: fitted by folds of groups, calibrated on what was held out, and fitted once more to all."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp
from torch import Tensor, nn

from service.fitting.calibration import other_below
from service.fitting.folds import grouped_folds
from service.fitting.regression import LinearHead, fit_softmax
from service.inference.manifest import Metric
from service.types import OTHER
from training.corpora.corpus import Clip
from training.ear.ear_recipe import HeadRecipe, HeadSource
from training.ear.embedded import Embeddings
from training.evaluation.bootstrap import group_intervals, value
from training.evaluation.measured_outcome import MeasuredOutcome, measured
from training.evaluation.metrics import accuracy
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import cross_fit
from training.recipe import RecipeError


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Clips with what holds for them. `classes` are the head's labels, with the kinds of `other` in its place."""

    clips: tuple[Clip, ...]
    classes: NDArray[np.int64]
    """(clips,)"""
    weights: NDArray[np.float64]
    """(clips,)"""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Embeddings of all clips, one after the other. `rows` float32 (windows, width)."""

    rows: NDArray[np.float32]
    copies: NDArray[np.int64]
    seconds: NDArray[np.float32]
    owners: NDArray[np.int64]
    """(windows,), indices of the clips."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadOutcome:
    outcome: MeasuredOutcome
    known: tuple[Metric, ...]
    """What `other` costs and finds, and how often the best known label is right."""
    other_below: float | None


class HeadNetwork(nn.Module):
    """float32 (batch, width) of the whole embedding -> logits (batch, labels).

    The kinds of `other` become one label by their sum."""

    def __init__(self, head: LinearHead, known: int) -> None:
        super().__init__()
        self.linear = nn.Linear(*head.weights.shape)
        self.linear.weight.data = torch.from_numpy(np.ascontiguousarray(head.weights.T))
        self.linear.bias.data = torch.from_numpy(head.offset)
        self.known = known

    def forward(self, rows: Tensor) -> Tensor:
        logits: Tensor = self.linear(rows[:, : self.linear.in_features])
        if logits.shape[1] <= self.known + 1:
            return logits
        others = torch.logsumexp(logits[:, self.known :], dim=1, keepdim=True)
        return torch.cat([logits[:, : self.known], others], dim=1)


def known_labels(recipe: HeadRecipe) -> int:
    return len(recipe.labels) - recipe.has_other


def examples_for(name: str, recipe: HeadRecipe, clips: Sequence[Clip]) -> Examples:
    """Raises RecipeError if a source or a label has no clip, or a clip's own label is none of the head's."""
    kinds, kept, classes, weights, used = recipe.kinds, [], [], [], set()
    for clip in clips:
        source = next((one for one in recipe.sources if one.fits(clip.corpus, clip.label)), None)
        if source is None or clip.is_test:
            continue
        used.add(source)
        label = source.holds or clip.label
        if label not in recipe.labels:
            raise RecipeError(f"Head {name}: {clip.corpus} has the label {label!r}; say what holds for it.")
        is_other = label == OTHER
        classes.append(known_labels(recipe) + kinds.index(source.kind) if is_other else recipe.labels.index(label))
        kept.append(clip)
        weights.append(source.weight)
    for source in recipe.sources:
        if source not in used:
            raise RecipeError(f"Head {name}: no clip is left for the source {_named(source)}.")
    missing = set(range(known_labels(recipe) + len(kinds))) - set(classes)
    if missing:
        raise RecipeError(f"Head {name}: no clip has the label {recipe.labels[min(missing)]!r}.")
    sizes = Counter(clip.group for clip in kept)
    shared = np.array([sizes[clip.group] ** -0.5 for clip in kept])
    return Examples(tuple(kept), np.array(classes), np.array(weights) * shared)


def windows_for(recipe: HeadRecipe, examples: Examples, embeddings: Embeddings, deep: int) -> Windows:
    """`deep` is how many of the embedding's first values `inputs = "deep"` means."""
    width = deep if recipe.inputs == "deep" else None
    parts = [embeddings[clip.path] for clip in examples.clips]
    kept = [part.copies <= recipe.copies for part in parts]
    return Windows(
        rows=np.concatenate([part.rows[its, :width] for part, its in zip(parts, kept, strict=True)]),
        copies=np.concatenate([part.copies[its] for part, its in zip(parts, kept, strict=True)]),
        seconds=np.concatenate([part.seconds[its] for part, its in zip(parts, kept, strict=True)]),
        owners=np.repeat(np.arange(len(parts)), [its.sum() for its in kept]),
    )


def fit(recipe: HeadRecipe, examples: Examples, windows: Windows, learned: NDArray[np.bool_]) -> LinearHead:
    """From the clips where `learned` (clips,) is True. Each clip has its weight, whatever its length."""
    used = learned[windows.owners]
    owners = windows.owners[used]
    counts = np.bincount(owners, minlength=len(learned))
    head = fit_softmax(
        windows.rows[used],
        examples.classes[owners],
        known_labels(recipe) + len(recipe.kinds),
        strength=recipe.strength,
        weights=examples.weights[owners] / counts[owners],
        balance=recipe.balance,
    )
    head.offset[known_labels(recipe) :] += recipe.other_offset
    return head


def held_out(
    recipe: HeadRecipe,
    examples: Examples,
    windows: Windows,
    folds: int,
    seed: int,
    on_fold: Callable[[object], None] = lambda _: None,
) -> Predictions:
    """Each clip's answer by a head that has learned nothing of its group."""
    fold_of = grouped_folds(_strata(examples), [clip.group for clip in examples.clips], folds, seed)
    logits = np.zeros((len(windows.owners), len(recipe.labels)), np.float32)
    itself = windows.copies == 0
    for fold in range(folds):
        head = fit(recipe, examples, windows, fold_of != fold)
        asked = itself & (fold_of[windows.owners] == fold)
        logits[asked] = merged(head.logits(windows.rows[asked]), known_labels(recipe))
        on_fold(fold)
    return predictions_of(recipe, examples, windows, logits, fold_of, f"grouped {folds}-fold")


def without_corpus(recipe: HeadRecipe, examples: Examples, windows: Windows, corpus: str) -> Predictions | None:
    """Answers to one corpus by a head that has learned from the others; None if they lack one of the labels."""
    corpora = np.array([clip.corpus for clip in examples.clips])
    left = corpora == corpus
    groups = {clip.group for clip in examples.clips if clip.corpus == corpus}
    learned = ~left & ~np.array([clip.group in groups for clip in examples.clips])
    known = known_labels(recipe)
    if not set(range(known)) <= set(examples.classes[learned].tolist()):
        return None
    logits = merged(fit(recipe, examples, windows, learned).logits(windows.rows), known)
    answers = predictions_of(recipe, examples, windows, logits, np.zeros(len(left), np.int64), "leave one corpus out")
    return answers.subset(left)


def predictions_of(
    recipe: HeadRecipe,
    examples: Examples,
    windows: Windows,
    logits: NDArray[np.float32],
    fold_of: NDArray[np.int64],
    split: str,
) -> Predictions:
    itself = windows.copies == 0
    label_of = np.minimum(examples.classes, len(recipe.labels) - 1)
    return Predictions(
        labels=recipe.labels,
        activation="softmax",
        split=split,
        leaks=False,
        chunk_logits=logits[itself],
        chunk_files=windows.owners[itself],
        chunk_seconds=windows.seconds[itself],
        targets=(label_of[:, None] == np.arange(len(recipe.labels))).astype(np.float32),
        groups=tuple(clip.group for clip in examples.clips),
        corpora=tuple(clip.corpus for clip in examples.clips),
        names=tuple(clip.name for clip in examples.clips),
        folds=fold_of,
    )


def judged(recipe: HeadRecipe, answers: Predictions) -> HeadOutcome:
    outcome = measured(answers)
    calibrations = cross_fit(answers)
    temperatures = np.array([calibrations[fold].temperature for fold in answers.folds.tolist()])
    likely, truth = answers.file_probabilities(temperatures), answers.targets.argmax(axis=1)
    known = known_labels(recipe)
    is_known, right = truth < known, likely[:, :known].argmax(axis=1) == truth
    metrics = _shares_by_corpus("best_known_label", right, is_known, answers)
    below = None
    if recipe.has_other:
        named = np.zeros(len(truth), np.bool_)
        for fold in np.unique(answers.folds):
            rest, mine = answers.folds != fold, answers.folds == fold
            threshold = other_below(likely[rest], truth[rest], known, recipe.lost)
            named[mine] = is_other(likely[mine], known, threshold)
        metrics += _shares_by_corpus("lost_to_other", named, is_known & right, answers)
        metrics += _shares_by_corpus("other_found", named, ~is_known, answers)
        final = answers.file_probabilities(outcome.calibration.temperature)
        below = other_below(final, truth, known, recipe.lost)
    return HeadOutcome(outcome, metrics, below)


def best_known_label(recipe: HeadRecipe, answers: Predictions) -> tuple[Metric, ...]:
    """How often the best known label is right, of clips that have one."""
    known, truth = known_labels(recipe), answers.targets.argmax(axis=1)
    right = answers.file_probabilities()[:, :known].argmax(axis=1) == truth
    return _shares_by_corpus("best_known_label", right, truth < known, answers)[:1]


def is_other(likely: NDArray[np.float64], known: int, below: float) -> NDArray[np.bool_]:
    """(items, labels) -> (items,): the rule that serves."""
    decided: NDArray[np.bool_] = (likely.argmax(axis=1) == known) | (likely.max(axis=1) < below)
    return decided


def merged(logits: NDArray[np.float32], known: int) -> NDArray[np.float32]:
    """The kinds of `other` as one label."""
    if logits.shape[1] <= known + 1:
        return logits
    others = logsumexp(logits[:, known:], axis=1, keepdims=True)
    return np.concatenate([logits[:, :known], others], axis=1).astype(np.float32)


def _shares_by_corpus(
    name: str, found: NDArray[np.bool_], among: NDArray[np.bool_], answers: Predictions
) -> tuple[Metric, ...]:
    """How many `among` these files were found: of all, and of each corpus."""
    corpora, groups = np.array(answers.corpora), np.array(answers.groups)
    metrics = []
    for corpus in ("", *np.unique(corpora[among]).tolist()):
        its = among & (corpora == corpus) if corpus else among
        share = accuracy(found[its], np.ones(its.sum(), np.float32))
        number = value(share, int(its.sum())) if its.any() else None
        if number is not None:
            interval = group_intervals({name: share}, groups[its])[name]
            title = f"{name}/{corpus}" if corpus else name
            metrics.append(Metric(name=title, value=number, split=answers.split, interval=interval))
    return tuple(metrics)


def _strata(examples: Examples) -> list[str]:
    """Classes by corpus; a corpus that has one group of a class only goes with the one that has most."""
    pairs = list(zip(examples.classes.tolist(), [clip.corpus for clip in examples.clips], strict=True))
    groups = Counter(pair for pair, _ in {(pair, clip.group) for pair, clip in zip(pairs, examples.clips, strict=True)})
    largest = {
        its: max((count, corpus) for (other, corpus), count in groups.items() if other == its)[1] for its, _ in pairs
    }
    return [f"{largest[its] if groups[its, corpus] < 2 else corpus} {its}" for its, corpus in pairs]


def _named(source: HeadSource) -> str:
    return f"{source.corpus}: {', '.join(source.labels)}" if source.labels else source.corpus
