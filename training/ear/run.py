"""One run of an ear's recipe: the gate and the ear by folds, the heads by folds, then all of them from all of the data.

Each stage keeps its result in the run folder, so that an interrupted run resumes with the stage it was in.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from service.cpus import usable_cpus
from service.errors import EarmarkError
from service.fitting.regression import LinearHead
from service.inference.manifest import Metric
from training.cache.file_cache import FULL_SCALE, SoundCache
from training.cache.worker_processes import in_workers
from training.corpora.corpus import Clip, FaultPolicy
from training.ear import gate, heads
from training.ear.ear_recipe import EarRecipe
from training.ear.embedded import EarFile, Embeddings, windows_of
from training.ear.export import export_ear
from training.ear.gate import MadeGate
from training.ear.learning import KEPT, GateLesson, learn, load
from training.ear.network import FRONT_END, WrongWeights, published_ear, random_ear
from training.ear.steps_head import SINGING
from training.ear.strings import LABELS
from training.ear.tags import FittedTags, fit_tags, labels_in
from training.ear.tuning import Tuned
from training.evaluation.measured_outcome import write_outcome
from training.evaluation.predictions import Predictions, join
from training.examples import Example, examples_of
from training.export.onnx_export import INPUT
from training.prepare import inspected
from training.progress import progress_bar
from training.recipe import RecipeError, Source
from training.run_folder import RunFolder

ALL = "all"
"""The lesson from all of the data: what ships."""
_LEFT_OUT = "leave one corpus out, on the ear as it began, {strings} strings"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Sound that was read, freed of what is broken, and grouped."""

    clips: tuple[Clip, ...]
    sounds: SoundCache
    fingerprint: str
    workers: int


@dataclass(frozen=True, slots=True)
class _GateLabels:
    sources: tuple[Source, ...]
    name: str = "gate"
    labels: tuple[str, ...] = LABELS


@dataclass(frozen=True, slots=True, eq=False)
class MadeHead:
    judged: heads.HeadOutcome
    examples: heads.Examples
    left_out: dict[str, tuple[Metric, ...]]
    linear: LinearHead


def prepare(
    recipe: EarRecipe, folders: Sequence[Path], cache: Path, jobs: int | None, faults: FaultPolicy, console: Console
) -> Prepared:
    """Raises CorpusError."""
    workers = jobs or usable_cpus()

    def is_wanted(clip: Clip) -> bool:
        return clip.corpus in recipe.corpora and not clip.is_test

    found = inspected(folders, is_wanted, recipe.same_group_after, workers, console)
    sounds = SoundCache(cache, FRONT_END.sample_rate)
    with progress_bar(console, "decoding", len(found.clips)) as advance:
        broken = sounds.fill([clip.path for clip in found.clips], workers, advance)
    clips = found.usable(broken, faults, console)
    lines = [f"{found.digests[one.path]}\t{one.corpus}\t{one.label}\t{one.group}" for one in clips]
    return Prepared(clips, sounds, hashlib.sha256("\n".join(lines).encode()).hexdigest(), workers)


class EarRun:
    """Raises RecipeError if the folder holds another run, or the weights are not the ear's."""

    def __init__(
        self,
        recipe: EarRecipe,
        recipe_file: Path,
        prepared: Prepared,
        weights: Path | None,
        runs: Path,
        cache: Path,
        console: Console,
    ) -> None:
        self.recipe, self.recipe_file, self.prepared = recipe, recipe_file, prepared
        self.weights_digest = hashlib.sha256(weights.read_bytes()).hexdigest() if weights else None
        self.folder = RunFolder.open(
            runs / f"{recipe.name}-{recipe.version}", recipe, prepared.fingerprint, self.weights_digest
        )
        self._cache, self._console = cache, console
        try:
            self._begun = published_ear(weights) if weights else random_ear(recipe.seed, recipe.width)
        except WrongWeights as error:
            raise RecipeError(str(error)) from None
        self.gate_examples = examples_of(_GateLabels(recipe.gate.sources), prepared.clips)

    def make_gate(self) -> MadeGate:
        """By folds: each fold's ear and head have heard nothing of the groups that they are asked about."""
        examples, split = self.gate_examples, f"grouped {self.recipe.gate_folds}-fold"
        fold_of = gate.folds_of(examples, self.recipe.gate_folds, self.recipe.seed)
        for fold in range(self.recipe.gate_folds):
            gate.programme_material(self._of(fold_of == fold), self.prepared.sounds)  # raises now, not after hours
        learned = self._learned(
            {
                **{f"fold-{fold}": self._lesson(fold_of != fold) for fold in range(self.recipe.gate_folds)},
                **{f"without-{corpus}": self._lesson_without(corpus) for corpus in self._left_out_corpora},
                ALL: self._lesson(np.ones(len(examples), np.bool_)),
            }
        )
        with self.folder.timed("gate: answers"):
            folds = [
                self._fold_answers(learned[f"fold-{fold}"], fold_of == fold, fold, split)
                for fold in range(self.recipe.gate_folds)
            ]
            left_out = self._left_out_answers(learned)
        names = frozenset((one.clip.corpus, one.name) for one in examples if one.measured)
        place = self._place("gate")
        made = gate.judged(folds, left_out, names, place)
        write_outcome(place, made.outcome, "gate")
        return made

    @cached_property
    def final(self) -> Tuned:
        """The ear, the tags and the gate's head, from all of the data."""
        lesson = self._lesson(np.ones(len(self.gate_examples), np.bool_))
        return load(self._learned({ALL: lesson})[ALL])

    @cached_property
    def ear_model(self) -> bytes:
        return export_ear(self.final.ear)

    @cached_property
    def ear_file(self) -> EarFile:
        """What embeds: the file that ships."""
        digest = hashlib.sha256(self.ear_model).hexdigest()
        path = self.folder.path / f"ear-{digest[:16]}.onnx"
        if not path.is_file():
            unfinished = path.with_suffix(".unfinished")
            unfinished.write_bytes(self.ear_model)
            unfinished.replace(path)
        return EarFile(path, digest, FRONT_END, self.recipe.chunk_seconds, INPUT, self.final.ear.width)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Embeddings of every clip that a head asks for."""
        embeddings = Embeddings(self._cache, self.ear_file, self.recipe.augment, self.recipe.copies)
        with self.folder.timed("embedding"), progress_bar(self._console, "embedding", len(self._head_clips)) as advance:
            broken = embeddings.fill([clip.path for clip in self._head_clips], self.prepared.workers, advance)
        if broken:
            path, reason = next(iter(broken.items()))
            raise RecipeError(f"{len(broken)} files cannot be heard, {path.name} the first: {reason}")
        return embeddings

    def make_head(self, name: str) -> MadeHead:
        plan = self.recipe.heads[name]
        examples = heads.examples_for(name, plan, self.prepared.clips)
        windows = heads.windows_for(plan, examples, self.embeddings, self.final.ear.deep)
        kept = self._place(name) / f"predictions-{self.ear_file.digest[:16]}.npz"
        with self.folder.timed(name):
            if not kept.is_file():
                with progress_bar(self._console, f"{name}, folds", self.recipe.folds) as advance:
                    heads.held_out(plan, examples, windows, self.recipe.folds, self.recipe.seed, advance).save(kept)
            judged = heads.judged(plan, Predictions.load(kept))
            write_outcome(kept.parent, judged.outcome, name)
            left_out = self._left_out(name, examples, windows)
            linear = heads.fit(plan, examples, windows, np.ones(len(examples.clips), np.bool_))
        return MadeHead(judged, examples, left_out, linear)

    def make_tags(self) -> FittedTags | None:
        plan = self.recipe.tags
        if plan is None:
            return None
        labels = labels_in(self.recipe_file.parent / plan.labels_file)
        return fit_tags(plan, labels, self.final.tags, self._head_clips, self.embeddings)

    def typical_windows(self, count: int) -> NDArray[np.float32]:
        """float32 (count, frames, bins), of as many clips."""
        clips = self.prepared.clips
        chosen = [clips[index] for index in np.linspace(0, len(clips) - 1, count).astype(int)]
        samples = [self.prepared.sounds.samples(clip.path).astype(np.float32) / FULL_SCALE for clip in chosen]
        return np.stack([windows_of(one.astype(np.float32), self.ear_file)[0][0] for one in samples])

    @cached_property
    def _head_clips(self) -> list[Clip]:
        sources = [source for head in self.recipe.heads.values() for source in head.sources]
        return [clip for clip in self.prepared.clips if any(one.fits(clip.corpus, clip.label) for one in sources)]

    def _lesson(self, mask: NDArray[np.bool_]) -> GateLesson:
        """From the gate's examples where `mask` is True; its folder is given by `_learned`."""
        ear, tags = self._begun
        return GateLesson(
            examples=self._of(mask),
            sounds=self.prepared.sounds,
            ear=ear,
            tags=tags,
            singing=self._singing,
            recipe=self.recipe.gate,
            augment=self.recipe.augment,
            seed=self.recipe.seed,
            folder=self.folder.path,
            strings=self.recipe.gate.strings,
        )

    def _of(self, mask: NDArray[np.bool_]) -> tuple[Example, ...]:
        return tuple(one for one, its in zip(self.gate_examples, mask, strict=True) if its)

    def _lesson_without(self, corpus: str) -> GateLesson:
        """On the ear as it began: to tune one for each corpus would take as long as all the rest."""
        groups = {one.clip.group for one in self.gate_examples if one.clip.corpus == corpus}
        mask = np.array([one.clip.group not in groups for one in self.gate_examples])
        return replace(self._lesson(mask), tunes=False, strings=self.recipe.gate.left_out_strings)

    def _learned(self, lessons: Mapping[str, GateLesson]) -> dict[str, GateLesson]:
        """Each in its folder, side by side."""
        placed = {name: replace(lesson, folder=self._place("gate") / name) for name, lesson in lessons.items()}
        missing = [lesson for lesson in placed.values() if not (lesson.folder / KEPT).is_file()]
        if missing:
            title = "gate: learning"
            with self.folder.timed(title), progress_bar(self._console, title, len(missing)) as advance:
                for done in in_workers(learn, missing, min(self.prepared.workers, len(missing))):
                    if isinstance(done, EarmarkError):
                        raise RecipeError(f"The gate could not be learned: {done.detail}")
                    advance(done)
        return placed

    @property
    def _singing(self) -> tuple[int, ...]:
        """Tags that begin from random weights know nothing of singing."""
        if self.recipe.tags is None or self.weights_digest is None:
            return ()
        labels = labels_in(self.recipe_file.parent / self.recipe.tags.labels_file)
        return tuple(labels.index(one) for one in SINGING)

    @property
    def _left_out_corpora(self) -> list[str]:
        """Those that are measured, if the others still have every label."""
        if not self.recipe.gate.left_out_strings:
            return []
        measured = sorted({one.clip.corpus for one in self.gate_examples if one.measured})
        return [corpus for corpus in measured if self._others_suffice(corpus)]

    def _others_suffice(self, corpus: str) -> bool:
        sides = {tuple(one.targets.tolist()) for one in self._lesson_without(corpus).examples}
        return {(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)} <= sides

    def _fold_answers(self, lesson: GateLesson, mask: NDArray[np.bool_], fold: int, split: str) -> gate.FoldAnswers:
        asked = self._of(mask)
        tuned, sounds = load(lesson), self.prepared.sounds
        count = -(-self.recipe.gate.programmes // self.recipe.gate_folds)
        return gate.FoldAnswers(
            recordings=self._recordings(lesson, asked, fold, split),
            mixtures=gate.speech_over_music(tuned, asked, sounds, fold, split),
            programmes=gate.programmes(tuned, asked, sounds, count, self.recipe.seed + fold),
        )

    def _left_out_answers(self, learned: Mapping[str, GateLesson]) -> Predictions | None:
        answers = []
        for fold, corpus in enumerate(self._left_out_corpora):
            asked = [one for one in self.gate_examples if one.clip.corpus == corpus]
            answers.append(
                self._recordings(
                    learned[f"without-{corpus}"],
                    asked,
                    fold,
                    _LEFT_OUT.format(strings=self.recipe.gate.left_out_strings),
                )
            )
        return join(answers) if answers else None

    def _recordings(self, lesson: GateLesson, asked: Sequence[Example], fold: int, split: str) -> Predictions:
        kept = lesson.folder / "predictions.npz"
        if not kept.is_file():
            with progress_bar(self._console, f"gate, {lesson.folder.name}, answers", len(asked)) as advance:
                gate.answered(load(lesson), asked, self.prepared.sounds, fold, split, advance).save(kept)
        return Predictions.load(kept)

    def _left_out(self, name: str, examples: heads.Examples, windows: heads.Windows) -> dict[str, tuple[Metric, ...]]:
        plan, found = self.recipe.heads[name], {}
        known = np.array([its < heads.known_labels(plan) for its in examples.classes])
        corpora = {clip.corpus for clip, its in zip(examples.clips, known, strict=True) if its}
        for corpus in sorted(corpora) if len(corpora) > 1 else ():
            answers = heads.without_corpus(plan, examples, windows, corpus)
            if answers is not None:
                found[corpus] = heads.best_known_label(plan, answers)
        return found

    def _place(self, name: str) -> Path:
        place = self.folder.path / name
        place.mkdir(exist_ok=True)
        return place
