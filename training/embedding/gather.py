"""Labelled clips whose embeddings are ready: read, decoded, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from training.clip import Clip
from training.corpora.usable_clips import FaultPolicy
from training.embedding.chunk_embeddings import ChunkEmbeddings
from training.embedding.recipe import EmbeddingRecipe
from training.examples import Example, examples_of, fits_a_source
from training.inspected import inspected
from training.progress import progress_bar


@dataclass(frozen=True, slots=True)
class Gathered:
    examples: tuple[Example, ...]
    fingerprint: str
    """Of the sound of all that is learned from, and of all that is said about it."""


def gather(
    recipe: EmbeddingRecipe,
    folders: Sequence[Path],
    embeddings: ChunkEmbeddings,
    workers: int,
    faults: FaultPolicy,
    console: Console,
) -> Gathered:
    """Embeds what is not embedded yet. Raises CorpusError, RecipeError.

    Only the clips that the recipe asks for are heard; those of a published evaluation set are left out."""
    found = inspected(folders, partial(_is_wanted, recipe), recipe.same_group_after, workers, console)
    with progress_bar(console, "embedding", len(found.clips)) as advance:
        broken = embeddings.fill([clip.path for clip in found.clips], workers, advance)
    usable = found.usable(broken, faults, console)
    lines = [f"{found.digests[one.path]}\t{one.corpus}\t{one.label}\t{one.group}" for one in usable]
    examples = examples_of(recipe, usable)
    return Gathered(tuple(examples), hashlib.sha256("\n".join(lines).encode()).hexdigest())


def _is_wanted(recipe: EmbeddingRecipe, clip: Clip) -> bool:
    return not clip.is_test and fits_a_source(recipe, clip)
