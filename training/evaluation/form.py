"""How a fitted network is asked: as it is, or as what would be shipped of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.examples import Example
from training.fit.answering import Answering, answering
from training.networks.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    """Of the files with its answers."""
    of: Callable[[Tagger, Sequence[Example]], Answering]
    """From a network and the examples that it has learned from."""


AS_FITTED = Form("predictions", lambda network, _: answering(network))
