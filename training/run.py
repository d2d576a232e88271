"""One run of a recipe, from labelled sound to numbers and a network; whatever is done already is not done again."""

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from statistics import median

import numpy as np

from service.inference.manifest import Metric
from training.evaluation.calibration import Calibration
from training.evaluation.cross_validation import CrossValidation, predictions_of
from training.evaluation.form import AS_FITTED, Form
from training.evaluation.measure import measure
from training.evaluation.outcome import LeftOut, Outcome, measured, write_outcome
from training.evaluation.predictions import Predictions
from training.examples import examples_in, examples_of
from training.export.integers import Choice, as_integers, choose
from training.fit.curve import Epoch
from training.fit.labelled_fit import Weights, fit_labels
from training.fit.student import Student, learn_from_teacher
from training.material import Material
from training.networks.tagger import Tagger
from training.recipe import Mixed, Recipe, RecipeError
from training.run_folder import RunFolder
from training.splits import EVALUATION_SET

TEACHER = "teacher"
OnEpoch = Callable[[str, int, Epoch], None]
"""Told which fit it is, how many epochs it may have, and how the last one went."""


def teacher_for(recipe: Recipe, teacher: Path | None) -> Path | None:
    """None if the recipe learns from none. Raises RecipeError if it needs one that is not there."""
    if recipe.learning is None:
        return None
    if teacher is None or not teacher.is_file():
        where = f"there is no file {teacher}" if teacher else "say where its file is, with --teacher"
        raise RecipeError(f"{recipe.name} learns from a teacher: {where}.")
    return teacher


class Run:
    """In `folder`; what is learned from a teacher lies in `students`, for all recipes that learn the same from it."""

    def __init__(
        self, recipe: Recipe, material: Material, teacher: Path | None, folder: Path, students: Path, on_epoch: OnEpoch
    ) -> None:
        self.recipe = recipe
        self.material = material
        self.teacher = teacher
        self.teacher_digest = _digest(teacher)
        self.weights_digest = _digest(recipe.network.begins_with)
        self.examples = examples_of(recipe, material.clips)
        self.folder = RunFolder.open(folder, recipe, material.fingerprint, self.teacher_digest, self.weights_digest)
        self._students = students
        self._on_epoch = on_epoch

    def evaluate(self) -> Outcome:
        """By the recipe's split, and without each corpus if it says so. Writes what was measured into the folder."""
        predictions = self._cross_validated(self._form)
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

    @cached_property
    def int8(self) -> Choice | None:
        """Whether 8-bit integers are as good; None if the recipe does not ask for them."""
        if not self.recipe.export.int8:
            return None
        floats, integers = (self._cross_validated(form) for form in (AS_FITTED, self._integers))
        return choose(floats, integers, self.recipe.export.int8_tolerance)

    @property
    def ships_int8(self) -> bool:
        return self.int8 is not None and self.int8.is_int8

    def final_network(self) -> Tagger:
        """Fitted to everything that is labelled; for as long as was best in the folds, if they stopped early."""
        stops_early = self.recipe.fit.patience is not None
        epochs = round(median(self._folds("folds").best_epochs())) if stops_early else self.recipe.fit.epochs
        plan = self.recipe.fit.model_copy(update={"epochs": epochs, "patience": None, "validation": 0.0})
        body = self._body
        with self.folder.timed("final fit"):
            network, _ = fit_labels(
                self.recipe,
                self.material,
                self.examples,
                body,
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
                self._form.of(network, self.examples),
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
        """Wall time of all fits and answers, and of what was learned from a teacher, by whichever run."""
        return self.folder.seconds(but=TEACHER) + (self._student.seconds if self._student else 0.0)

    @cached_property
    def _student(self) -> Student | None:
        learning = self.recipe.learning
        if learning is None or self.teacher is None:
            return None
        with self.folder.timed(TEACHER):
            return learn_from_teacher(
                self.recipe,
                learning,
                self.material,
                self.teacher,
                self._students,
                lambda epoch: self._on_epoch(TEACHER, learning.fit.epochs, epoch),
            )

    @property
    def _body(self) -> Weights | None:
        return self._student.weights if self._student else None

    @property
    def _integers(self) -> Form:
        return as_integers(self.recipe, self.material)

    @property
    def _form(self) -> Form:
        """What is shipped is what is measured."""
        return self._integers if self.ships_int8 else AS_FITTED

    def _cross_validated(self, form: Form) -> Predictions:
        return self._held_out("cross-validation", self._folds("folds", form), CrossValidation.by_recipe)

    def _left_out(self) -> LeftOut:
        folds = self._folds("corpora", self._form)
        answers = self._held_out("leave one corpus out", folds, CrossValidation.leaving_corpora_out)
        mixed = self.recipe.evaluation.mixed
        mixtures: dict[str, Predictions] = {}
        if mixed and mixed.share:
            made = {corpus: self._mixtures(mixed, corpus) for corpus in sorted(set(answers.corpora))}
            mixtures = {corpus: without for corpus, without in made.items() if without is not None}
        return LeftOut(answers, mixtures)

    def _mixtures(self, mixed: Mixed, without: str | None = None) -> Predictions | None:
        with self.folder.timed("mixtures"):
            return self._shipping_folds.to_mixtures(mixed, without)

    @cached_property
    def _shipping_folds(self) -> CrossValidation:
        return self._folds("folds", self._form)

    def _folds(self, name: str, form: Form = AS_FITTED) -> CrossValidation:
        return CrossValidation(self.recipe, self.material, self.examples, self._body, self.folder.path / name, form)

    def _held_out(
        self,
        part: str,
        folds: CrossValidation,
        how: Callable[[CrossValidation, Callable[[str, Epoch], None]], Predictions],
    ) -> Predictions:
        with self.folder.timed(part):
            return how(folds, lambda fold, epoch: self._on_epoch(f"{part}, {fold}", self.recipe.fit.epochs, epoch))


def _digest(file: Path | None) -> str | None:
    """SHA-256, in hexadecimal."""
    return None if file is None else hashlib.sha256(file.read_bytes()).hexdigest()
