"""Everything that a model card says, as it was measured. What was not measured is absent, and so is its section."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.inference.manifest import Metric
from training.evaluation.confusion import Confusion


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
    """Of files."""
    classes: tuple[ClassFacts, ...] = ()
    by_corpus: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict)
    left_out: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict)
    """Per corpus, of a network that has learned from the others only."""
    weaknesses: tuple[str, ...] = ()
    """The recipe's own sentences, for what the numbers do not show."""
