"""What a second network says of files: from its own held-out answers, or as a package that hears them now."""

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
from training.cache.reason import reason_of
from training.clip import Clip
from training.corpora.catalogue import read_corpus
from training.corpora.corpus import CorpusError
from training.evaluation.predictions import Predictions, PredictionsError
from training.examples import Example

UNKNOWN = "unknown"
"""What is true of a file that has none of the second network's labels."""
SHORTEST, LONGEST = 0.5, 30.0
"""Seconds of a chunk that a cascade may have."""
BRANCH, OTHERS = "second", "others"
Key = tuple[str, str]
"""Corpus, and name within it."""


@dataclass(frozen=True, slots=True)
class Answer:
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

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, Answer]:
        """To those of the files that it can tell of."""
        ...


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
            key: Answer(self.labels[true], self.labels[int(scores.argmax())], float(scores.max()))
            for key, true, scores in zip(
                zip(predictions.corpora, predictions.names, strict=True), truth.tolist(), likely, strict=True
            )
        }

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, Answer]:
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

    def answers(self, keys: Sequence[Key]) -> Mapping[Key, Answer]:
        heard = {key: self._scores(self._clips[key]) for key in keys if key in self._clips}
        return {
            key: Answer(self._truth(self._clips[key]), best(scores), scores[best(scores)])
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
