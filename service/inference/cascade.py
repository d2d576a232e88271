"""The chain of models: the gate hears every chunk, each branch hears what the gate sends it, the tagger hears all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from service.features.bank import FeatureBank
from service.features.ear import Ear
from service.features.kinds import EarOrFrontEnd
from service.grid import Span, window_starts
from service.inference.cascade_spec import CascadeSpec, read_cascade
from service.inference.session import Array, Session
from service.inference.store import ModelStore
from service.inference.verified import Verifier
from service.outcomes import Decisions
from service.types import MAX_TAGS_PER_CHUNK, MIN_TAG, Scores, StepWindow

IsSilent = Callable[[float, float], bool]
"""Whether nothing sounds between two times, in seconds."""


@dataclass(frozen=True, slots=True)
class ChunkAnswers:
    """What the models say of one chunk: the gate's scores, those of the branch that it led to, if any, and tags."""

    gate: Scores
    branches: dict[str, Scores | None]
    tags: Scores | None
    steps: tuple[StepWindow, ...]


class Cascade:
    """Verified models, chained. Shared by all analyses of a process; holds no state of any of them."""

    def __init__(
        self,
        spec: CascadeSpec,
        gate: Session,
        branches: dict[str, Session],
        tagger: Session | None,
        ears: Mapping[str, Ear],
    ) -> None:
        self.chunk_seconds = spec.chunk_seconds
        self.gate = gate
        self.branches = branches
        self.tagger = tagger
        self.ears = ears
        self.decisions: Decisions = spec.decisions({name: one.manifest for name, one in self.sessions.items()})

    @classmethod
    def load(cls, store: ModelStore) -> Self:
        """Reads cascade.json and verifies every model that it names."""
        spec, verifier = read_cascade(store.folder), Verifier(store)
        loaded = {place: verifier.model(store.package(reference)) for place, reference in spec.places.items()}
        branches = {name: loaded[name] for name in spec.branches}
        return cls(spec, loaded["gate"], branches, loaded.get("tags"), verifier.ears)

    @property
    def sessions(self) -> dict[str, Session]:
        return {"gate": self.gate, **self.branches, **({"tags": self.tagger} if self.tagger else {})}

    @property
    def front_ends(self) -> list[EarOrFrontEnd]:
        return [session.manifest.front_end for session in self.sessions.values()]

    @property
    def longest_window_seconds(self) -> float:
        return max(session.manifest.chunk_seconds for session in self.sessions.values())

    def hear(
        self,
        spans: Sequence[Span],
        bank: FeatureBank,
        is_silent: IsSilent,
        total_seconds: float | None,
        checkpoint: Callable[[], None],
    ) -> list[ChunkAnswers]:
        """The answers for these chunks, in their order. `total_seconds` is None while the sound goes on."""
        checkpoint()
        gates, steps = self._gates(spans, bank, is_silent, total_seconds)
        takers = [self.decisions.outcomes.decide(gate).branch for gate in gates]
        heard: list[dict[str, Scores | None]] = [dict.fromkeys(self.branches) for _ in spans]
        for name, session in self.branches.items():
            sent = [index for index, taker in enumerate(takers) if taker == name]
            if sent:
                checkpoint()
                means = _means(_Windows(session, [spans[i] for i in sent], total_seconds).probabilities(bank))
                for index, mean in zip(sent, means, strict=True):
                    heard[index][name] = _scores(session, mean)
        tags: list[Scores | None] = [None] * len(spans)
        if self.tagger:
            checkpoint()
            windows = _Windows(self.tagger, spans, total_seconds)
            tags = [_likely(self.tagger.manifest.labels, mean) for mean in _means(windows.probabilities(bank))]
        return [ChunkAnswers(*parts) for parts in zip(gates, heard, tags, steps, strict=True)]

    def _gates(
        self, spans: Sequence[Span], bank: FeatureBank, is_silent: IsSilent, total_seconds: float | None
    ) -> tuple[list[Scores], list[tuple[StepWindow, ...]]]:
        windows = _Windows(self.gate, spans, total_seconds)
        answers = windows.probabilities(bank)
        if self.gate.manifest.steps is None:
            return [_scores(self.gate, mean) for mean in _means(answers)], [()] * len(spans)
        seconds = self.gate.manifest.chunk_seconds
        steps = [
            tuple(_step_window(start, seconds, values, is_silent) for start, values in zip(starts, answer, strict=True))
            for starts, answer in zip(windows.starts, answers, strict=True)
        ]
        return [_scores(self.gate, _mean_of_steps(*pair)) for pair in zip(steps, spans, strict=True)], steps


class _Windows:
    """The windows that one model hears for some chunks."""

    def __init__(self, session: Session, spans: Sequence[Span], total_seconds: float | None) -> None:
        self._session = session
        self.starts = [window_starts(span, session.manifest.chunk_seconds, total_seconds) for span in spans]

    def probabilities(self, bank: FeatureBank) -> list[Array]:
        """For each chunk float32 (windows, labels) or (windows, steps, labels)."""
        manifest = self._session.manifest
        all_starts = [start for starts in self.starts for start in starts]
        answers = self._session.probabilities(bank.windows(manifest.front_end, all_starts, manifest.frames))
        ends = np.cumsum([len(starts) for starts in self.starts])
        return np.split(answers, ends[:-1])


def _means(answers: Sequence[Array]) -> list[Array]:
    """The mean of each chunk's windows, float32 (labels,)."""
    return [answer.mean(axis=0) for answer in answers]


def _scores(session: Session, probabilities: Array | NDArray[np.float64]) -> Scores:
    return dict(zip(session.manifest.labels, probabilities.tolist(), strict=True))


def _likely(labels: Sequence[str], probabilities: Array) -> Scores:
    """The most probable tags, best first: a chunk does not keep hundreds of labels that do not hold."""
    likely = np.flatnonzero(probabilities >= MIN_TAG)
    best = likely[np.argsort(-probabilities[likely], kind="stable")][:MAX_TAGS_PER_CHUNK]
    return {labels[index]: float(probabilities[index]) for index in best}


def _step_window(start: float, seconds: float, values: Array, is_silent: IsSilent) -> StepWindow:
    step = seconds / len(values)
    silent = [is_silent(start + number * step, start + (number + 1) * step) for number in range(len(values))]
    return StepWindow(start, seconds, values, np.array(silent))


def _mean_of_steps(windows: Sequence[StepWindow], span: Span) -> NDArray[np.float64]:
    """float64 (labels,), over the steps inside of the chunk that sound, each as long as it is in there."""
    values = np.concatenate([window.values for window in windows]).astype(np.float64)
    inside = np.concatenate([_seconds_inside(window, span) for window in windows])
    total = inside.sum()
    mean: NDArray[np.float64] = inside @ values / total if total else values.mean(axis=0)
    return mean


def _seconds_inside(window: StepWindow, span: Span) -> NDArray[np.float64]:
    """float64 (steps,): how long each step lies in the chunk; 0 where it is silent."""
    step = window.seconds / len(window.values)
    starts = window.start + step * np.arange(len(window.values))
    overlap = np.minimum(starts + step, span.end) - np.maximum(starts, span.start)
    seconds: NDArray[np.float64] = np.maximum(overlap, 0) * ~window.silent
    return seconds
