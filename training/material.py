"""Sound that is ready to learn from: read, decoded, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from service.cpus import usable_cpus
from training.cache.feature_cache import FeatureCache
from training.cache.sound_cache import SoundCache
from training.clip import Clip
from training.corpora.catalogue import read_corpus
from training.corpora.usable_clips import FaultPolicy
from training.examples import examples_of, fits_a_source
from training.inspected import inspected
from training.progress import progress_bar
from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Material:
    clips: tuple[Clip, ...]
    evaluation_set: tuple[Clip, ...]
    """Published to be tested on, and not learned from; nothing of their groups is in `clips`."""
    sounds: SoundCache
    features: FeatureCache
    fingerprint: str
    """Of the sound of all `clips`, and of all that is said about it."""
    workers: int
    """Processes that may work at once."""


def prepare(
    recipe: Recipe, folders: Sequence[Path], cache: Path, jobs: int | None, faults: FaultPolicy, console: Console
) -> Material:
    """Inspects all clips, and keeps in `cache` the sound and the features that it does not hold yet, in `jobs`
    processes, or one for each processor.

    Raises CorpusError, and before anything is decoded RecipeError if a label or a source has no clip.
    Only clips that a source of the recipe asks for are heard."""
    workers = jobs or usable_cpus()
    examples_of(recipe, [clip for folder in folders for clip in read_corpus(folder).clips])
    found = inspected(folders, partial(fits_a_source, recipe), recipe.same_group_after, workers, console)
    sounds, features = SoundCache(cache, recipe.sample_rate), FeatureCache(cache, recipe.front_end)
    paths = [clip.path for clip in found.clips]
    broken: dict[Path, str] = {}
    for store, title in ((sounds, "decoding"), (features, "listening")):
        with progress_bar(console, title, len(paths)) as advance:
            broken |= store.fill(paths, workers, advance)
    usable = found.usable(broken, faults, console)
    clips = tuple(clip for clip in usable if not clip.is_test)
    learned = {clip.group for clip in clips}
    tested = tuple(clip for clip in usable if clip.is_test and clip.group not in learned)
    if left_out := sum(clip.is_test for clip in usable) - len(tested):
        said = f"{left_out} clips of the evaluation set are not tested on: their groups are learned from."
        console.print(said, style="yellow", highlight=False)
    lines = [f"{found.digests[one.path]}\t{one.corpus}\t{one.label}\t{one.group}\t{one.fold}" for one in clips]
    fingerprint = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Material(clips, tested, sounds, features, fingerprint, workers)
