"""Networks that may begin with weights that others have published, and go on learning."""

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar, Self

import torch
from pydantic import model_validator
from torch import nn

from training.networks.network import Network
from training.networks.published_weights import load_published, published


class PretrainedNetwork(Network):
    LEFT_OUT: ClassVar[tuple[str, ...]]
    """How the names begin of what published files have beside this network."""
    MAY_LACK: ClassVar[tuple[str, ...]] = ()
    """How the names end of what they need not have."""
    weights: Path | None = None
    """Random ones, if not given. All are learned on, but for the scales of Inception's normalisation, which stay."""

    @abstractmethod
    def untrained(self) -> nn.Module:
        """What the published weights are of. Layers have the names that these have."""

    @property
    def begins_with(self) -> Path | None:
        return self.weights

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        if self.weights is not None:
            with torch.device("meta"):
                network = self.untrained()
            published(network, self.weights, self.LEFT_OUT, self.MAY_LACK)
        return self

    def pretrained(self) -> nn.Module:
        """With random weights, or those of the file."""
        network = self.untrained()
        if self.weights is not None:
            load_published(network, self.weights, self.LEFT_OUT, self.MAY_LACK)
        return network
