"""Two networks in a row: what the second one makes of the files that the first one calls music."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.errors import EarmarkError
from service.types import best
from training.cache.reason import reason_of
from training.corpora.corpus import CorpusError
from training.embedding.second_network import UNKNOWN, Answer, SecondNetwork, engine_of, opened
from training.evaluation.bootstrap import group_intervals
from training.evaluation.calibration import Calibration, cross_fit
from training.evaluation.confusion import Confusion
from training.evaluation.multiclass import accuracy, confusion
from training.evaluation.predictions import Predictions, PredictionsError
from training.evaluation.scores import score_files

NOTHING = "none"
"""A chunk of which no label holds."""
SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Called:
    """A held-out file that the first network gave its label to. `is_one` is None where the truth is not known,
    `answer` where the second network cannot tell of this file."""

    corpus: str
    name: str
    group: str
    is_one: bool | None
    probability: float
    answer: Answer | None


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
    """Of the second network, files that were let through, with `unknown`."""
    accuracy: float | None
    """Of the second network on those; None if it can tell of none."""
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
    """Of the label that lets through, over the chunks that are not silent."""
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
    told = [(one.group, one.answer) for one in called if one.answer is not None]
    true, said = (
        np.array([labels.index(getattr(answer, what)) for _, answer in told], dtype=np.int64)
        for what in ("truth", "said")
    )
    metric = {"accuracy": accuracy(true, said, len(labels))}
    groups = np.array([group for group, _ in told])
    return CascadeReport(
        music=music,
        split=first.split,
        leaks=first.leaks,
        files=len(first.names),
        music_files=int((truth == 1).sum()),
        called=called,
        confusion=Confusion(labels, confusion(true, said, len(labels))),
        accuracy=float(np.mean(true == said)) if told else None,
        interval=group_intervals(metric, groups)["accuracy"] if told else None,
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
