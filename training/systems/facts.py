"""What a system's recipe says of it, computed: how many numbers it learns, and what it hears."""

import torch

from service.features.kinds import AnyFrontEnd
from training.embedding.recipe import EmbeddingRecipe
from training.networks.network import Network
from training.networks.tagger import parameters_of
from training.recipe import read_recipe
from training.systems.system import System
from training.tabular.networks import NETWORKS

FEATURES, GENRES = 57, 10
"""Of a row of the published tables."""


def parameters(system: System) -> int | None:
    """Of its network, with as many labels as in its report; None for what is no network, or has the size of what is
    given."""
    if system.made_by == "network":
        recipe = read_recipe(system.recipe)
        return _count(recipe.network, recipe.front_end.bins, system.labels or len(recipe.labels))
    network = NETWORKS.get(system.name)
    return _count(network, FEATURES, GENRES) if network else None


def front_end(system: System) -> str:
    if system.made_by == "network":
        return _words(read_recipe(system.recipe).front_end)
    if system.made_by == "embedding":
        recipe = EmbeddingRecipe.read(system.recipe)
        return f"{recipe.embedder.kind} embedder, {recipe.chunk_seconds:g} s"
    return f"{FEATURES} hand-crafted features" if system.made_by == "table" else "of both networks"


def _words(kind: AnyFrontEnd) -> str:
    if kind.kind == "handcrafted":
        return f"{kind.bins} hand-crafted features of {kind.window_seconds:g} s"
    return f"{kind.kind}, {kind.bins} bins, {kind.sample_rate} Hz"


def _count(network: Network, bins: int, outputs: int) -> int:
    with torch.device("meta"):
        return parameters_of(network.build(bins, outputs))
