"""One run of a recipe, from labelled sound to numbers and a network; whatever is done already is not done again."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from service.inference.manifest import Metric
from training.evaluation.cross_validation import CrossValidation, predictions_of
from training.evaluation.held_out_metrics import measure
from training.evaluation.measured_outcome import LeftOut, MeasuredOutcome, measured, write_outcome
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import Calibration
from training.examples import examples_in, examples_of
from training.fit.answering import answering
from training.fit.curve import Epoch
from training.fit.labelled_fit import fit_labels
from training.networks.tagger import Tagger
from training.prepare import Material
from training.recipe import Mixed, Recipe
from training.run_folder import RunFolder
from training.splits import EVALUATION_SET

OnEpoch = Callable[[str, int, Epoch], None]
"""Called with which fit it is, how many epochs it may have, and how the last one went."""


class RecipeRun:
    """In `folder`, where an interrupted one goes on."""

    def __init__(self, recipe: Recipe, material: Material, folder: Path, on_epoch: OnEpoch) -> None:
        weights = recipe.network.begins_with
        self.recipe = recipe
        self.material = material
        self.weights_digest = None if weights is None else hashlib.sha256(weights.read_bytes()).hexdigest()
        self.examples = examples_of(recipe, material.clips)
        self.folder = RunFolder.open(folder, recipe, material.fingerprint, self.weights_digest)
        self._folds = self._cross_validation("folds")
        self._on_epoch = on_epoch

    def evaluate(self) -> MeasuredOutcome:
        """By the recipe's split, and without each corpus if it says so. Writes what was measured into the folder."""
        predictions = self._held_out("cross-validation", self._folds, CrossValidation.by_recipe)
        mixed = self.recipe.evaluation.mixed
        mixtures = self._mixtures(mixed) if mixed else None
        outcome = measured(
            predictions,
            self._left_out() if self.recipe.evaluation.leave_one_corpus_out else None,
            (mixed, mixtures) if mixed and mixtures else None,
        )
        predictions.save(self.folder.path / "predictions.npz")
        write_outcome(self.folder.path, outcome, f"{self.recipe.name} {self.recipe.version}, {predictions.split}")
        return outcome

    def final_network(self) -> Tagger:
        """Fitted to everything that is labelled; for as long as was best in the folds, if they stopped early."""
        stops_early = self.recipe.fit.patience is not None
        epochs = round(median(self._folds.best_epochs())) if stops_early else self.recipe.fit.epochs
        plan = self.recipe.fit.model_copy(update={"epochs": epochs, "patience": None, "validation": 0.0})
        with self.folder.timed("final fit"):
            network, _ = fit_labels(
                self.recipe,
                self.material,
                self.examples,
                self.folder.path / "final",
                plan,
                lambda epoch: self._on_epoch("all data", plan.epochs, epoch),
            )
        return network

    def on_evaluation_set(self, network: Tagger, calibration: Calibration) -> tuple[Metric, ...]:
        """What `final_network` is worth on what was published to be tested on; empty if there is nothing."""
        test = [one for one in examples_in(self.recipe, self.material.evaluation_set) if one.measured]
        if not test:
            return ()
        with self.folder.timed(EVALUATION_SET):
            predictions = predictions_of(
                answering(network),
                self.recipe,
                self.material,
                test,
                split=EVALUATION_SET,
                leaks=False,
                folds=np.zeros(len(test), dtype=np.int64),
            )
        predictions.save(self.folder.path / "evaluation-set.npz")
        return measure(predictions, {0: calibration})

    def seconds(self) -> float:
        """Wall time of all fits and answers."""
        return self.folder.seconds()

    def _left_out(self) -> LeftOut:
        folds = self._cross_validation("corpora")
        answers = self._held_out("leave one corpus out", folds, CrossValidation.leaving_corpora_out)
        mixed = self.recipe.evaluation.mixed
        mixtures: dict[str, Predictions] = {}
        if mixed and mixed.share:
            made = {corpus: self._mixtures(mixed, corpus) for corpus in sorted(set(answers.corpora))}
            mixtures = {corpus: without for corpus, without in made.items() if without is not None}
        return LeftOut(answers, mixtures)

    def _mixtures(self, mixed: Mixed, without: str | None = None) -> Predictions | None:
        with self.folder.timed("mixtures"):
            return self._folds.to_mixtures(mixed, without)

    def _cross_validation(self, name: str) -> CrossValidation:
        return CrossValidation(self.recipe, self.material, self.examples, self.folder.path / name)

    def _held_out(
        self,
        part: str,
        folds: CrossValidation,
        how: Callable[[CrossValidation, Callable[[str, Epoch], None]], Predictions],
    ) -> Predictions:
        with self.folder.timed(part):
            return how(folds, lambda fold, epoch: self._on_epoch(f"{part}, {fold}", self.recipe.fit.epochs, epoch))
