"""One network fitted to labelled examples, as a recipe says: in a fold, or on everything for what is shipped."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from training.examples import Example
from training.fit.answering import answer, answering
from training.fit.curve import Epoch
from training.fit.fit_plan import FitPlan
from training.fit.fitting import Fitting, Lesson, best_device, label_loss, right_share
from training.fit.random_takes import Hearing, Lot, Seeing, Takes, example_weights
from training.networks.tagger import Tagger
from training.prepare import Material
from training.recipe import Recipe
from training.splits import set_aside


def fit_labels(
    recipe: Recipe,
    material: Material,
    examples: Sequence[Example],
    folder: Path,
    plan: FitPlan,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> tuple[Tagger, list[Epoch]]:
    """The network in evaluation mode, and how it went."""
    torch.manual_seed(recipe.seed)
    network = recipe.network.build(recipe.front_end.bins, len(recipe.labels))
    learned, aside = _with_validation(examples, plan, recipe.seed)
    lesson = Lesson(
        takes=_takes(recipe, material, Lot(learned, example_weights(learned, plan.balance))),
        loss=label_loss(recipe.activation),
        change_batch=recipe.augment.augment_batch,
        workers=material.workers,
        score=right_share(recipe.activation),
        validate=_Validation(recipe, material, aside) if aside else None,
    )
    fitting = Fitting(network, lesson, plan, recipe.seed, folder, best_device())
    return fitting.run(on_epoch), fitting.curve


def _takes(recipe: Recipe, material: Material, lot: Lot) -> Hearing | Seeing:
    chain = recipe.augment.for_labels(recipe.labels)
    if not chain.steps:
        return Seeing(material.features, lot, recipe.frames, recipe.seed)
    takes = Takes(material.sounds, lot, recipe.chunk_seconds)
    return Hearing(takes, chain, recipe.front_end, recipe.frames, recipe.seed)


class _Validation:
    """Loss and share of right answers over the chunks of examples that are not learned from."""

    def __init__(self, recipe: Recipe, material: Material, examples: Sequence[Example]) -> None:
        self._recipe = recipe
        self._material = material
        self._examples = examples

    def __call__(self, network: Tagger) -> tuple[float, float]:
        answers = answer(answering(network), self._material, self._recipe, self._examples)
        targets = torch.from_numpy(np.stack([self._examples[owner].targets for owner in answers.owners]))
        logits = torch.from_numpy(answers.logits)
        loss = label_loss(self._recipe.activation)(logits, targets)
        return loss.item(), right_share(self._recipe.activation)(logits, targets)


def _with_validation(examples: Sequence[Example], plan: FitPlan, seed: int) -> tuple[list[Example], list[Example]]:
    if not plan.validation:
        return list(examples), []
    labels, groups = [one.stratum for one in examples], [one.clip.group for one in examples]
    fold = set_aside(labels, groups, plan.validation, seed)
    return [examples[index] for index in fold.train], [examples[index] for index in fold.test]
