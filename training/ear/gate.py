"""What the gate is worth: on recordings and programmes that were held out, and on whole sources that it never heard.

A recording's answer is the mean of its steps. The head is calibrated step by step, so that no temperature is fitted;
thresholds are, to recordings and to speech over music.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.fitting.folds import grouped_folds
from service.inference.manifest import Metric
from service.timeline.segments import STEP_SMOOTHING
from service.timeline.steps import StepJoin
from service.types import Chunk, StepWindow
from training.augment.mixing import mixture
from training.augment.take import Take, is_silent
from training.cache.file_cache import SoundCache
from training.ear.learning import material_of, samples_of, steps_of, steps_of_windows, whole_windows
from training.ear.network import FRAMES, FRONT_END, STEPS
from training.ear.programmes import COSTS, ProgrammeScores, best_cost, by_cost
from training.ear.steps_head import answers_of
from training.ear.strings import (
    LABELS,
    PROGRAMMES,
    RATE,
    STEP_SECONDS,
    WINDOW_SECONDS,
    StringMaterial,
    StringSpan,
    string,
)
from training.ear.tuning import Tuned, frames_of
from training.evaluation.measured_outcome import LeftOut, MeasuredOutcome, measured
from training.evaluation.predictions import Predictions, join
from training.examples import Example
from training.recipe import Mixed

MIXED = Mixed(upper="speech", lower="music", min_snr_db=-10, max_snr_db=10, share=0.25)
"""Where a label's threshold is fitted, a quarter of all that holds it are mixtures."""
_EDGE = 1e-6

HOPS = (WINDOW_SECONDS, WINDOW_SECONDS / 2)
"""Seconds between the windows by which programmes are heard: the service's default, and windows that overlap."""


@dataclass(frozen=True, slots=True, eq=False)
class MixtureAnswers:
    """Answers to speech over music. Groups and corpora are those of the speech."""

    answers: Predictions
    music_corpora: tuple[str, ...]

    def without(self, corpus: str) -> Predictions:
        """Those that have nothing of it."""
        return self.answers.subset(
            (np.array(self.answers.corpora) != corpus) & (np.array(self.music_corpora) != corpus)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """What was answered to one programme, and the truth."""

    answers: Mapping[float, NDArray[np.float32]]
    """By the hop: probabilities (steps, 2), joined as the service joins them."""
    spans: tuple[StringSpan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FoldAnswers:
    """Answers to one fold, by an ear and a head that heard nothing of its groups."""

    recordings: Predictions
    mixtures: MixtureAnswers | None
    programmes: tuple[Programme, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MadeGate:
    outcome: MeasuredOutcome
    """With the recordings, one by one and by corpus, and the corpora that were left out."""
    programmes: tuple[Metric, ...]
    best_cost: float
    """Nats a change that would serve best on these programmes; the service's own default was chosen so."""


def folds_of(examples: Sequence[Example], folds: int, seed: int) -> NDArray[np.int64]:
    """(examples,): no group is torn."""
    return grouped_folds([one.stratum for one in examples], [one.clip.group for one in examples], folds, seed)


def answered(
    tuned: Tuned,
    examples: Sequence[Example],
    sounds: SoundCache,
    fold: int,
    split: str,
    on_example: Callable[[object], None] = lambda _: None,
) -> Predictions:
    answers = []
    for one in examples:
        answers.append(answers_of(tuned.head, steps_of(tuned.ear, whole_windows(samples_of(sounds, one)))))
        on_example(one)
    targets = np.stack([one.targets for one in examples])
    return _predictions(answers, targets, examples, [one.name for one in examples], fold, split)


def speech_over_music(
    tuned: Tuned, examples: Sequence[Example], sounds: SoundCache, fold: int, split: str
) -> MixtureAnswers | None:
    """A window of each recording of speech over one of music; None if there is no such pair."""
    rng = np.random.default_rng(fold)
    music, speech = (
        [one for one in examples if one.measured and np.array_equal(one.targets, holds)] for holds in ((1, 0), (0, 1))
    )
    made: list[tuple[Example, Example, str, NDArray[np.float32]]] = []
    for one in speech if music else ():
        other = music[int(rng.integers(len(music)))]
        over, under = (_window(samples_of(sounds, its), its, rng) for its in (one, other))
        if is_silent(over.samples) or is_silent(under.samples):
            continue
        decibels = float(rng.uniform(MIXED.min_snr_db, MIXED.max_snr_db))
        heard = steps_of(tuned.ear, mixture(over, under, decibels).samples)
        name = f"{one.name} over {other.name} at {decibels:.1f} dB"
        made.append((one, other, name, answers_of(tuned.head, heard)))
    if not made:
        return None
    spoken, played, names, answers = zip(*made, strict=True)
    truth = np.ones((len(made), len(LABELS)), np.float32)
    return MixtureAnswers(
        _predictions(answers, truth, spoken, names, fold, split), tuple(other.clip.corpus for other in played)
    )


def programme_material(examples: Sequence[Example], sounds: SoundCache) -> StringMaterial:
    """Material of the recordings that count. Raises RecipeError if a side has none."""
    return material_of([one for one in examples if one.measured], sounds)


def programmes(
    tuned: Tuned, examples: Sequence[Example], sounds: SoundCache, count: int, seed: int
) -> tuple[Programme, ...]:
    material = programme_material(examples, sounds)
    made = [string(material, PROGRAMMES, (seed, number)) for number in range(count)]
    heard = [(frames_of(one.samples), one.spans) for one in made]
    return tuple(Programme({hop: _joined(tuned, frames, hop) for hop in HOPS}, spans) for frames, spans in heard)


def judged(
    folds: Sequence[FoldAnswers], left_out: Predictions | None, measured_names: frozenset[tuple[str, str]], place: Path
) -> MadeGate:
    """`measured_names` are the corpora and names of the recordings that count."""

    def kept(answers: Predictions) -> Predictions:
        names = zip(answers.corpora, answers.names, strict=True)
        return answers.subset(np.array([key in measured_names for key in names]))

    recordings = kept(join([fold.recordings for fold in folds]))
    mixtures = [fold.mixtures for fold in folds if fold.mixtures]
    outcome = measured(
        recordings,
        LeftOut(kept(left_out), _mixtures_without(mixtures, set(left_out.corpora))) if left_out else None,
        (MIXED, join([one.answers for one in mixtures])) if mixtures else None,
        temperature=1.0,
    )
    strung = [one for fold in folds for one in fold.programmes]
    costs = sorted({*COSTS, STEP_SMOOTHING})
    metrics: list[Metric] = []
    scores: dict[float, dict[float, ProgrammeScores]] = {}
    truths = [one.spans for one in strung]
    split = (
        f"{recordings.split}, {len(strung)} strung programmes, {STEP_SMOOTHING:g} nats a change, "
        "thresholds from all folds"
    )
    for hop in HOPS:
        scores[hop] = by_cost([one.answers[hop] for one in strung], truths, costs, outcome.calibration.thresholds)
        title = "programmes" if hop == HOPS[0] else f"programmes, hop_seconds {hop:g}"
        metrics += _programme_metrics(title, scores[hop][STEP_SMOOTHING], split)
    _write_costs(place / "programmes.csv", scores)
    return MadeGate(outcome, tuple(metrics), best_cost(scores[HOPS[0]]))


def _joined(tuned: Tuned, frames: NDArray[np.float32], hop: float) -> NDArray[np.float32]:
    """float32 (steps, 2): of windows every `hop` seconds, cut from one stream of frames and joined as served."""
    apart = round(hop * RATE / FRONT_END.hop_length)
    firsts = range(0, len(frames) - FRAMES, apart)  # the last frame stands for the end itself
    windows = np.stack([frames[first : first + FRAMES] for first in firsts])
    nowhere_silent = np.zeros(STEPS, np.bool_)
    join = StepJoin(LABELS, STEP_SECONDS, hop)
    for number, values in enumerate(answers_of(tuned.head, steps_of_windows(tuned.ear, windows))):
        start = number * hop
        window = StepWindow(start, WINDOW_SECONDS, values, nowhere_silent)
        join.add([Chunk(start, start + WINDOW_SECONDS, {}, {}, None, (window,))])
    return join.finish().values


def _mixtures_without(mixtures: Sequence[MixtureAnswers], corpora: Iterable[str]) -> dict[str, Predictions]:
    """For each corpus those that have nothing of it, if there are any."""
    left = {corpus: [one.without(corpus) for one in mixtures] for corpus in corpora} if mixtures else {}
    return {corpus: join(its) for corpus, its in left.items() if any(one.names for one in its)}


def _window(samples: NDArray[np.float32], example: Example, rng: np.random.Generator) -> Take:
    length = round(WINDOW_SECONDS * RATE)
    whole = np.resize(samples, length) if len(samples) < length else samples
    start = int(rng.integers(len(whole) - length + 1))
    return Take(whole[start : start + length].copy(), example.targets, RATE)


def _predictions(
    answers: Sequence[NDArray[np.float32]],
    targets: NDArray[np.float32],
    examples: Sequence[Example],
    names: Sequence[str],
    fold: int,
    split: str,
) -> Predictions:
    """`answers` are probabilities (windows, steps, 2) of each recording; a window's is the mean of its steps."""
    means = np.concatenate([one.mean(axis=1) for one in answers]).clip(_EDGE, 1 - _EDGE)
    counts = [len(one) for one in answers]
    return Predictions(
        labels=LABELS,
        activation="sigmoid",
        split=split,
        leaks=False,
        chunk_logits=np.log(means / (1 - means)).astype(np.float32),
        chunk_files=np.repeat(np.arange(len(answers)), counts),
        chunk_seconds=np.full(sum(counts), WINDOW_SECONDS, np.float32),
        targets=targets,
        groups=tuple(one.clip.group for one in examples),
        corpora=tuple(one.clip.corpus for one in examples),
        names=tuple(names),
        folds=np.full(len(answers), fold, np.int64),
    )


def _programme_metrics(title: str, scores: ProgrammeScores, split: str) -> tuple[Metric, ...]:
    values = {
        "time_right": scores.time_right,
        "changes_found": scores.found,
        "changes_false": scores.false,
        "change_error_seconds": scores.median_error,
        **{f"f1_in_time/{label}": f1 for label, f1 in zip(LABELS, scores.f1, strict=True)},
    }
    return tuple(Metric(name=f"{title}/{name}", value=number, split=split) for name, number in values.items())


def _write_costs(path: Path, scores: Mapping[float, Mapping[float, ProgrammeScores]]) -> None:
    """What each cost of a change would give, hop by hop: the service's default is chosen by this table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("hop_seconds", "nats", "time_right", "changes_found", "changes_false", "change_error_seconds"))
        for hop, by_nats in scores.items():
            for cost, its in sorted(by_nats.items()):
                row = (its.time_right, its.found, its.false, its.median_error)
                table.writerow((f"{hop:g}", f"{cost:g}", *(f"{number:.4f}" for number in row)))
