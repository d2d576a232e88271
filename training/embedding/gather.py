"""Labelled clips whose embeddings are ready: read, decoded, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from training.clip import Clip
from training.corpora.catalogue import read_corpus
from training.corpora.usable_clips import FaultPolicy, usable_clips
from training.embedding.chunk_embeddings import ChunkEmbeddings
from training.embedding.recipe import EmbeddingRecipe
from training.examples import Example, examples_of
from training.inspection.fingerprint import Fingerprint
from training.inspection.inspection import find_copies, inspect
from training.inspection.joined_copies import join_copies
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
    clips: list[Clip] = []
    missing: list[Path] = []
    fingerprints: list[Fingerprint] = []
    broken: dict[Path, str] = {}
    for folder in folders:
        corpus = read_corpus(folder)
        wanted = replace(corpus, clips=tuple(clip for clip in corpus.clips if _is_wanted(recipe, clip)))
        missing += corpus.missing
        with progress_bar(console, f"inspecting {folder.name}", len(wanted.clips)) as advance:
            inspection = inspect(wanted, workers, advance)
        broken |= {clip.path: reason for clip, reason in inspection.broken}
        clips += [_regrouped(clip, recipe.same_group_after) for clip in inspection.sound]
        fingerprints += inspection.fingerprints
    copies = find_copies(clips, fingerprints)
    with progress_bar(console, "embedding", len(clips)) as advance:
        broken |= embeddings.fill([clip.path for clip in clips], workers, advance)
    usable = usable_clips(join_copies(clips, copies), missing, broken, faults)
    if usable.report:
        console.print(usable.report, style="yellow", markup=False, soft_wrap=True)
    digests = {clip.path: one.digest for clip, one in zip(clips, fingerprints, strict=True)}
    lines = [f"{digests[one.path]}\t{one.corpus}\t{one.label}\t{one.group}" for one in usable.clips]
    examples = examples_of(recipe, usable.clips)  # type: ignore[arg-type]  # it has what is asked of a recipe here
    return Gathered(tuple(examples), hashlib.sha256("\n".join(lines).encode()).hexdigest())


def _is_wanted(recipe: EmbeddingRecipe, clip: Clip) -> bool:
    return not clip.is_test and any(source.fits(clip.corpus, clip.label) for source in recipe.sources)


def _regrouped(clip: Clip, prefixes: Sequence[str]) -> Clip:
    """The rest behind any of the prefixes says which recording it is, whatever the corpus."""
    for prefix in prefixes:
        if clip.group.startswith(prefix):
            return replace(clip, group=f"{'|'.join(prefixes)}{clip.group.removeprefix(prefix)}")
    return clip
