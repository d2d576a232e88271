"""Held-out answers to every measured example: as many fits as folds, each tested on what it has not heard."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.features.framing import Frames
from training.augment.mixing import mixture
from training.augment.take import is_silent
from training.cache.file_cache import SoundCache
from training.evaluation.predictions import Predictions, join
from training.examples import Example
from training.fit.answering import Answering, answer, answering
from training.fit.curve import Epoch, best_epoch
from training.fit.fit_plan import FitPlan
from training.fit.labelled_fit import fit_labels
from training.fit.random_takes import frames_of, stretch
from training.networks.tagger import Tagger
from training.prepare import Material
from training.recipe import Mixed, Recipe
from training.splits import (
    Fold,
    Split,
    grouped,
    leaky_hold_out,
    leaky_per_slice,
    left_out,
    official,
    stratified,
    stratified_hold_out,
)

LEFT_OUT = "leave one corpus out"
OnFoldEpoch = Callable[[str, Epoch], None]
"""Called with which fit it is, and how its epoch went."""


class CrossValidation:
    """Makes the folds that `folder` does not hold yet."""

    def __init__(self, recipe: Recipe, material: Material, examples: Sequence[Example], folder: Path) -> None:
        self._recipe = recipe
        self._material = material
        self._folder = folder
        self._ready: dict[str, Answering] = {}
        leaky = recipe.evaluation.split == "leaky"
        items = [part for one in examples for part in self._sliced(one)] if leaky else examples
        self._measured = [example for example in items if example.measured]
        self._others = [example for example in items if not example.measured]

    def by_recipe(self, on_epoch: OnFoldEpoch) -> Predictions:
        return self._run(self._split(), on_epoch)

    def leaving_corpora_out(self, on_epoch: OnFoldEpoch) -> Predictions:
        corpora = [example.clip.corpus for example in self._measured]
        return self._run(left_out(corpora, self._groups, LEFT_OUT), on_epoch)

    def to_mixtures(self, mixed: Mixed, without: str | None = None) -> Predictions | None:
        """Answers to two held-out sounds at once, of the networks that `by_recipe` has fitted; if asked for, to none
        with a sound of the corpus `without`. None if there is no such pair."""
        split, parts = self._split(), []
        for number, fold in enumerate(split.folds):
            test = [one for one in self._test(fold) if one.clip.corpus != without]
            logits_of = self._answering(split, fold)
            answers = answers_to_mixtures(logits_of, self._recipe, mixed, self._material.sounds, test, split, number)
            parts += [answers] if answers else []
        return join(parts) if parts else None

    def best_epochs(self) -> list[int]:
        """For each fold that was fitted, the epoch where their validation was best."""
        return [int((folder / "best-epoch").read_text()) for folder in sorted(self._folder.glob("fold-*"))]

    @property
    def _groups(self) -> list[str]:
        return [example.clip.group for example in self._measured]

    def _split(self) -> Split:
        plan, strata = self._recipe.evaluation, [example.stratum for example in self._measured]
        if plan.split == "official":
            return official([example.clip.fold for example in self._measured], self._groups)
        if plan.hold_out:
            once = leaky_hold_out if plan.split == "leaky" else stratified_hold_out
            return once(strata, self._groups, plan.hold_out.test, self._recipe.seed)
        make = {"grouped": grouped, "stratified": stratified, "leaky": leaky_per_slice}[plan.split]
        return make(strata, self._groups, plan.folds, self._recipe.seed)

    def _run(self, split: Split, on_epoch: OnFoldEpoch) -> Predictions:
        return join([self._fold(split, number, fold, on_epoch) for number, fold in enumerate(split.folds)])

    def _fold(self, split: Split, number: int, fold: Fold, on_epoch: OnFoldEpoch) -> Predictions:
        stored = self._folder_of(fold) / "predictions.npz"
        if stored.is_file():
            return Predictions.load(stored)
        network, curve = self._fitted(split, fold, on_epoch)
        test = self._test(fold)
        folds = _halves(test) if self._recipe.evaluation.hold_out else np.full(len(test), number, dtype=np.int64)
        predictions = predictions_of(
            answering(network), self._recipe, self._material, test, split=split.name, leaks=split.leaks, folds=folds
        )
        (self._folder_of(fold) / "best-epoch").write_text(str(best_epoch(curve)))
        predictions.save(stored)
        return predictions

    def _answering(self, split: Split, fold: Fold) -> Answering:
        """Answers of a network that is fitted already, loaded once for all mixtures."""
        if fold.name not in self._ready:
            network, _ = self._fitted(split, fold, lambda _, __: None)
            self._ready[fold.name] = answering(network)
        return self._ready[fold.name]

    def _fitted(self, split: Split, fold: Fold, on_epoch: OnFoldEpoch) -> tuple[Tagger, list[Epoch]]:
        return fit_labels(
            self._recipe,
            self._material,
            self._learned(split, fold),
            self._folder_of(fold),
            self._fit_plan(),
            lambda epoch: on_epoch(fold.name, epoch),
        )

    def _learned(self, split: Split, fold: Fold) -> list[Example]:
        groups = {example.clip.group for example in self._test(fold)}
        corpora = {fold.name} if split.name == LEFT_OUT else set()
        others = [
            example
            for example in self._others
            if split.leaks or (example.clip.group not in groups and example.clip.corpus not in corpora)
        ]
        return [*(self._measured[index] for index in fold.train), *others]

    def _fit_plan(self) -> FitPlan:
        plan, hold_out = self._recipe.fit, self._recipe.evaluation.hold_out
        return plan.model_copy(update={"validation": hold_out.validation_of_rest}) if hold_out else plan

    def _test(self, fold: Fold) -> list[Example]:
        files = [self._measured[index] for index in fold.test]
        plan = self._recipe.evaluation
        if plan.slice_hop_seconds is None or plan.split == "leaky":
            return files
        return [part for one in files for part in self._sliced(one)]

    def _folder_of(self, fold: Fold) -> Path:
        return self._folder / f"fold-{fold.name}"

    def _sliced(self, example: Example) -> list[Example]:
        """One example for each whole slice of its clip; one for all of it if it is shorter than two."""
        seconds = self._recipe.chunk_seconds
        hop = self._recipe.evaluation.slice_hop_seconds or seconds
        features = self._material.features
        total = len(features.frames(example.clip.path)) / features.rate
        count = 1 + int((total - seconds) / hop)
        if count <= 1:
            return [example]
        return [replace(example, start_seconds=number * hop, seconds=seconds) for number in range(count)]


def predictions_of(
    logits_of: Answering,
    recipe: Recipe,
    material: Material,
    test: Sequence[Example],
    *,
    split: str,
    leaks: bool,
    folds: NDArray[np.int64],
) -> Predictions:
    """What a network answers to examples that it has not learned from."""
    answers = answer(logits_of, material, recipe, test)
    return Predictions(
        labels=recipe.labels,
        activation=recipe.activation,
        split=split,
        leaks=leaks,
        chunk_logits=answers.logits,
        chunk_files=answers.owners,
        chunk_seconds=answers.seconds,
        targets=np.stack([example.targets for example in test]),
        groups=tuple(example.clip.group for example in test),
        corpora=tuple(example.clip.corpus for example in test),
        names=tuple(example.name for example in test),
        folds=folds,
    )


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


def _with_only(recipe: Recipe, label: str, examples: Sequence[Example]) -> list[Example]:
    """Items for which only this label is known to hold."""
    index = recipe.labels.index(label)
    return [one for one in examples if one.targets[index] == 1 and np.nansum(one.targets) == 1]


def _halves(examples: Sequence[Example]) -> NDArray[np.int64]:
    """int64 (examples,), 0 or 1, the same within a group: what one fit has not heard, as two parts that are each
    calibrated by the other."""
    _, groups = np.unique([example.clip.group for example in examples], return_inverse=True)
    return groups.astype(np.int64) % 2
