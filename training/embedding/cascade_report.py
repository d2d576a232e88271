"""Two networks in a row: what the second one makes of the files that the first one calls music."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from service.engine import Engine
from service.errors import EarmarkError
from service.inference.cascade import Cascade
from service.inference.cascade_spec import CascadeSpec, Route
from service.inference.package import Package
from service.inference.session import Session
from service.inference.verified import verified
from service.settings import Settings
from service.types import Scores, best
from training.cache.worker_processes import reason_of
from training.corpora.corpus import Clip, CorpusError
from training.corpora.layouts import read_corpus
from training.evaluation.bootstrap import group_intervals
from training.evaluation.held_out_metrics import score_files
from training.evaluation.metrics import confusion_counts, multiclass_accuracy
from training.evaluation.metrics_report import Confusion
from training.evaluation.predictions import Predictions, PredictionsError
from training.evaluation.thresholds import Calibration, cross_fit
from training.examples import Example

UNKNOWN = "unknown"
"""What is true of a file that has none of the second network's labels."""
SHORTEST, LONGEST = 0.5, 30.0
"""Seconds of a chunk that a cascade may have."""
BRANCH, OTHERS = "second", "others"
Key = tuple[str, str]
"""Corpus, and name within it."""
NOTHING = "none"
"""A chunk without a label that holds."""
SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    truth: str
    said: str
    probability: float


class SecondNetwork(Protocol):
    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def note(self) -> str:
        """A sentence: whether it had learned from what it answers to."""
        ...

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, SecondAnswer]:
        """To those of the files that it can tell of."""
        ...


@dataclass(frozen=True, slots=True)
class Called:
    """A held-out file that the first network gave its label to. `is_one` is None where the truth is not known,
    `answer` where the second network cannot tell of this file."""

    corpus: str
    name: str
    group: str
    is_one: bool | None
    probability: float
    answer: SecondAnswer | None


@dataclass(frozen=True, slots=True, eq=False)
class CascadeReport:
    music: str
    """The first network's label that lets through."""
    split: str
    leaks: bool
    files: int
    music_files: int
    called: tuple[Called, ...]
    confusion: Confusion
    """Confusion of the second network: files that were let through, with `unknown`."""
    accuracy: float | None
    """Accuracy of the second network on those; None if it can tell of none."""
    interval: tuple[float, float] | None
    note: str

    @property
    def hits(self) -> int:
        return sum(one.is_one is True for one in self.called)

    @property
    def false_alarms(self) -> int:
        return sum(one.is_one is False for one in self.called)


@dataclass(frozen=True, slots=True)
class TrackShares:
    """How many chunks of one track have which label: of all, and of those that the second network heard."""

    name: str
    music: str
    chunk_seconds: float
    chunks: int
    mean_probability: float
    """Probability of the label that lets through, over the chunks that are not silent."""
    first: Mapping[str, int]
    second: Mapping[str, int]


def cascade_report(first: Predictions, music: str, second: SecondNetwork) -> CascadeReport:
    """By file. Raises PredictionsError if the first network has no label `music`."""
    if music not in first.labels:
        raise PredictionsError(f"Network one has no label {music!r}. It has: {', '.join(first.labels)}.")
    column, folds = first.labels.index(music), np.unique(first.folds).tolist()
    scores = score_files(first, cross_fit(first) if len(folds) > 1 else {folds[0]: Calibration()})
    let_through = np.flatnonzero(scores.decided[:, column]).tolist()
    keys = [(first.corpora[index], first.names[index]) for index in let_through]
    answers = second.answers(keys)
    truth = first.targets[:, column]
    called = tuple(
        Called(
            *key,
            group=first.groups[index],
            is_one=None if np.isnan(truth[index]) else bool(truth[index] == 1),
            probability=float(scores.probabilities[index, column]),
            answer=answers.get(key),
        )
        for index, key in zip(let_through, keys, strict=True)
    )
    labels = second.labels if UNKNOWN in second.labels else (*second.labels, UNKNOWN)
    answered = [(one.group, one.answer) for one in called if one.answer is not None]
    true, said = (
        np.array([labels.index(getattr(answer, what)) for _, answer in answered], dtype=np.int64)
        for what in ("truth", "said")
    )
    metric = {"accuracy": multiclass_accuracy(true, said, len(labels))}
    groups = np.array([group for group, _ in answered])
    return CascadeReport(
        music=music,
        split=first.split,
        leaks=first.leaks,
        files=len(first.names),
        music_files=int((truth == 1).sum()),
        called=called,
        confusion=Confusion(labels, confusion_counts(true, said, len(labels))),
        accuracy=float(np.mean(true == said)) if answered else None,
        interval=group_intervals(metric, groups)["accuracy"] if answered else None,
        note=second.note,
    )


def track_shares(track: Path, first: Path, second: Path, music: str) -> TrackShares:
    """Both packages hear one file, as the service would chain them. Raises CorpusError, PredictionsError."""
    engine = engine_of(opened(first), opened(second), music)
    try:
        chunks = engine.analyse(track).chunks
    except EarmarkError as error:
        raise CorpusError(f"{track}: {reason_of(error)}") from None
    held: Counter[str] = Counter()
    for chunk in chunks:
        if chunk.gate is None:
            held[SILENCE] += 1
        else:
            truth = engine.cascade.decisions.outcomes.decide(chunk.gate).truth
            held.update([label for label, holds in truth.items() if holds] or [NOTHING])
    heard = [scores for chunk in chunks for scores in chunk.branches.values() if scores is not None]
    likely = [chunk.gate[music] for chunk in chunks if chunk.gate is not None]
    return TrackShares(
        name=track.name,
        music=music,
        chunk_seconds=engine.cascade.chunk_seconds,
        chunks=len(chunks),
        mean_probability=float(np.mean(likely)) if likely else 0.0,
        first=dict(held.most_common()),
        second=dict(Counter(map(best, heard)).most_common()),
    )


class HeldOutNetwork:
    """A run's predictions. Raises PredictionsError if they are not of one label for each file."""

    note = "Network two had not heard these files either."

    def __init__(self, predictions: Predictions) -> None:
        if predictions.activation != "softmax":
            raise PredictionsError("Network two must say exactly one label for each file; this one is of sigmoids.")
        if predictions.leaks:
            self.note = f"Network two leaks ({predictions.split}): these are no test results."
        self.labels = predictions.labels
        likely, truth = predictions.file_probabilities(), predictions.targets.argmax(axis=1)
        self._known = {
            key: SecondAnswer(self.labels[true], self.labels[int(scores.argmax())], float(scores.max()))
            for key, true, scores in zip(
                zip(predictions.corpora, predictions.names, strict=True), truth.tolist(), likely, strict=True
            )
        }

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, SecondAnswer]:
        return {key: self._known[key] for key in keys if key in self._known}


class PackagedNetwork:
    """A package hears the files in `folders`, as the service would. Raises PredictionsError, CorpusError."""

    note = (
        "Network two is a package: if it has learned from these files, as the shipped ones have from theirs, these are "
        "no test results."
    )

    def __init__(self, folder: Path, folders: Iterable[Path]) -> None:
        session = opened(folder)
        if session.manifest.activation != "softmax":
            raise PredictionsError("Network two must say exactly one label for each file; this one is of sigmoids.")
        self.labels = session.manifest.labels
        self._engine = engine_of(session, None, self.labels[0])
        clips = [clip for data in folders for clip in read_corpus(data).clips]
        self._clips = {(clip.corpus, Example(clip, np.empty(0, np.float32)).name): clip for clip in clips}

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, SecondAnswer]:
        heard = {key: self._scores(self._clips[key]) for key in keys if key in self._clips}
        return {
            key: SecondAnswer(self._truth(self._clips[key]), best(scores), scores[best(scores)])
            for key, scores in heard.items()
            if scores is not None
        }

    def _scores(self, clip: Clip) -> Scores | None:
        """None for silence."""
        try:
            return self._engine.analyse(clip.path).gate
        except EarmarkError as error:
            raise CorpusError(f"{clip.path}: {reason_of(error)}") from None

    def _truth(self, clip: Clip) -> str:
        return clip.label if clip.label in self.labels else UNKNOWN


def opened(folder: Path) -> Session:
    """Raises PredictionsError if there is no package that can be served."""
    try:
        return verified(Package(folder))
    except EarmarkError as error:
        raise PredictionsError(f"{folder}: {reason_of(error)}") from None


def engine_of(first: Session, second: Session | None, label: str) -> Engine:
    """The service itself, with these models: the second one hears what the first one calls `label`. Raises
    PredictionsError if the first one cannot tell of that label."""
    last = second or first
    taken = Route(
        label=label,
        when={label: True},
        model=second.manifest.reference if second else None,
        branch=BRANCH if second else None,
    )
    spec = CascadeSpec(
        gate=first.manifest.reference,
        chunk_seconds=min(max(last.manifest.chunk_seconds, SHORTEST), LONGEST),
        routes=(taken, Route(label=OTHERS)),
    )
    try:
        return Engine(Cascade(spec, first, {BRANCH: second} if second else {}, None, {}), Settings())
    except EarmarkError as error:
        raise PredictionsError(f"{first.manifest.reference}: {reason_of(error)}") from None
