"""Networks that may begin with weights that others have published, used only if every one of them fits."""

import pickle
import warnings
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar, Self

import torch
from pydantic import model_validator
from torch import Tensor, nn

from training.networks.tagger import Network

COUNTER = "num_batches_tracked"
"""A counter of batch normalisation: older files do not have it, and nothing is computed from it."""


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


def load_published(
    network: nn.Module, path: Path, left_out: tuple[str, ...] = (), may_lack: tuple[str, ...] = ()
) -> None:
    """Raises ValueError, as `published` does."""
    network.load_state_dict(published(network, path, left_out, may_lack), strict=False)


def published(
    network: nn.Module, path: Path, left_out: tuple[str, ...] = (), may_lack: tuple[str, ...] = ()
) -> dict[str, Tensor]:
    """What the file has for `network`, by the names of its state dict. Names that begin with one of `left_out` are not
    looked at; those that end with one of `may_lack` need not be there. Raises ValueError with the first name that does
    not fit."""
    found = {name: value for name, value in _read(path).items() if not name.startswith(left_out)}
    needed = {name: value for name, value in network.state_dict().items() if not name.endswith(COUNTER)}
    for name, value in needed.items():
        if name not in found:
            if name.endswith(may_lack):
                continue
            raise ValueError(f"{path.name} has no {name!r}; a weight of shape {list(value.shape)} is needed there")
        if found[name].shape != value.shape:
            raise ValueError(f"{path.name}: {name!r} is {list(found[name].shape)}; {list(value.shape)} is needed")
    for name in found:
        if name not in needed and not name.endswith(COUNTER):
            raise ValueError(f"{path.name} has {name!r}, which this network does not; it is of another one")
    return {name: value for name, value in found.items() if name in needed}


def _read(path: Path) -> dict[str, Tensor]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a file is of another kind, which is then refused
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except (pickle.UnpicklingError, RuntimeError, EOFError):
        raise ValueError(
            f"{path.name} is no file of weights that PyTorch can read; it needs a saved state dict"
        ) from None
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f"{path.name} holds something else than weights by their names; it needs a saved state dict")
    return state
