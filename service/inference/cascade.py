"""The chain of models: the gate hears every chunk, each branch hears what the gate sends it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from service.features.bank import FeatureBank
from service.features.frontend import FrontEnd
from service.grid import Span, window_starts
from service.inference.cascade_spec import CascadeSpec, read_cascade
from service.inference.session import Session
from service.inference.store import ModelStore
from service.inference.verified import verified
from service.outcomes import Outcomes
from service.types import Scores


@dataclass(frozen=True, slots=True)
class Heard:
    """What the models say of one chunk: the gate's scores, and those of the branch that it led to, if any."""

    gate: Scores
    branches: dict[str, Scores | None]


class Cascade:
    """Verified models, chained. Shared by all analyses of a process; holds no state of any of them."""

    def __init__(self, spec: CascadeSpec, gate: Session, branches: dict[str, Session]) -> None:
        self.chunk_seconds = spec.chunk_seconds
        self.outcomes: Outcomes = spec.outcomes(gate.manifest)
        self.gate = gate
        self.branches = branches

    @classmethod
    def load(cls, store: ModelStore) -> Self:
        """Reads cascade.json and verifies every model that it names."""
        spec = read_cascade(store.folder)
        gate = verified(store.package(spec.gate))
        branches = {name: verified(store.package(reference)) for name, reference in spec.branches.items()}
        return cls(spec, gate, branches)

    @property
    def sessions(self) -> dict[str, Session]:
        return {"gate": self.gate, **self.branches}

    @property
    def front_ends(self) -> list[FrontEnd]:
        return [session.manifest.front_end for session in self.sessions.values()]

    @property
    def longest_window_seconds(self) -> float:
        return max(session.manifest.chunk_seconds for session in self.sessions.values())

    def hear(
        self, spans: Sequence[Span], bank: FeatureBank, total_seconds: float | None, checkpoint: Callable[[], None]
    ) -> list[Heard]:
        """The answers for these chunks, in their order. `total_seconds` is None while the sound goes on."""
        checkpoint()
        gates = _scores(self.gate, spans, bank, total_seconds)
        takers = [self.outcomes.decide(gate).branch for gate in gates]
        heard: list[dict[str, Scores | None]] = [dict.fromkeys(self.branches) for _ in spans]
        for name, session in self.branches.items():
            sent = [index for index, taker in enumerate(takers) if taker == name]
            if sent:
                checkpoint()
                for index, scores in zip(
                    sent, _scores(session, [spans[i] for i in sent], bank, total_seconds), strict=True
                ):
                    heard[index][name] = scores
        return [Heard(gate, branches) for gate, branches in zip(gates, heard, strict=True)]


def _scores(session: Session, spans: Sequence[Span], bank: FeatureBank, total_seconds: float | None) -> list[Scores]:
    """One model's probabilities for each span; a span that takes several windows gets their mean."""
    manifest = session.manifest
    starts = [window_starts(span, manifest.chunk_seconds, total_seconds) for span in spans]
    windows = np.stack(
        [bank.window(manifest.front_end, start, manifest.frames) for windows in starts for start in windows]
    )
    probabilities = session.probabilities(windows)
    scores: list[Scores] = []
    first = 0
    for count in map(len, starts):
        mean = probabilities[first : first + count].mean(axis=0)
        scores.append({label: float(p) for label, p in zip(manifest.labels, mean, strict=True)})
        first += count
    return scores
