"""Everything that a model card says, as it was measured. What was not measured is absent, and so is its section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from service.inference.manifest import Metric
from training.corpora.corpus import Clip
from training.evaluation.metrics_report import Confusion
from training.recipe import Source


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """What was learned from. Only what was used is counted."""

    name: str
    clips: int
    groups: int
    hours: float
    licence: str


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """How many of the held-out files in which `label` holds were found, `recall` in [0, 1] of `files`."""

    label: str
    recall: float
    files: int


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """`multiplications` of one window, `size_bytes` of the ONNX file."""

    name: str
    parameters: int
    multiplications: int
    size_bytes: int
    difference: float | None = None
    """Between the logits of the ONNX file and of the network that it was made from, the largest found."""


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """`trained_on` is a sentence: what the shipped weights have heard, as against those that were measured."""

    recipe: str
    command: str
    seed: int
    data_fingerprint: str
    seconds: float
    device: str
    trained_on: str


@dataclass(frozen=True, slots=True, eq=False)
class CardFacts:
    name: str
    version: str
    task: str
    labels: tuple[str, ...]
    activation: Literal["softmax", "sigmoid"]
    corpora: tuple[CorpusFacts, ...]
    mapping: tuple[str, ...]
    """Sentences: which labels of the corpora became which label of the model."""
    split: str
    leaks: bool
    metrics: tuple[Metric, ...]
    temperature: float
    network: NetworkFacts
    training: TrainingFacts
    thresholds: Mapping[str, float] = field(default_factory=dict)
    other_below: float | None = None
    confusion: Confusion | None = None
    """Confusion of files."""
    classes: tuple[ClassFacts, ...] = ()
    by_corpus: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict)
    left_out: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict)
    """Per corpus, of a network that has learned from the others only."""
    weaknesses: tuple[str, ...] = ()
    """The recipe's own sentences, for what the numbers do not show."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a package comes from: the command that made it, and its `seconds` of wall time."""

    command: str
    seconds: float


def corpora_of(clips: Sequence[Clip], hours: Sequence[float]) -> tuple[CorpusFacts, ...]:
    """`hours` is how long each clip is."""
    by_name: dict[str, list[tuple[Clip, float]]] = {}
    for clip, its_hours in zip(clips, hours, strict=True):
        by_name.setdefault(clip.corpus, []).append((clip, its_hours))
    return tuple(
        CorpusFacts(
            name=name,
            clips=len(its),
            groups=len({clip.group for clip, _ in its}),
            hours=sum(its_hours for _, its_hours in its),
            licence=licences_of([clip for clip, _ in its]),
        )
        for name, its in sorted(by_name.items())
    )


def licences_of(clips: Sequence[Clip]) -> str:
    return "; ".join(sorted({clip.licence for clip in clips}))


def mapping_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """A sentence for each."""
    return tuple(map(_sentence, sources))


def _sentence(source: Source) -> str:
    which = f"{source.corpus}, {', '.join(source.labels)}" if source.labels else source.corpus
    holds = "its own label" if source.holds is None else " and ".join(source.holds) or "no label"
    unknown = f"; nothing is known about {' and '.join(source.unknown)}" if source.unknown else ""
    measured = "" if source.measured else " Only learned from, not measured."
    return f"{which}: {holds}{unknown}.{measured}"
