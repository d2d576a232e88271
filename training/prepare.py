"""Sound that is ready to learn from: read, inspected, decoded, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from rich.console import Console

from service.cpus import usable_cpus
from training.cache.file_cache import FeatureCache, SoundCache
from training.corpora.corpus import Clip, FaultPolicy, usable_clips
from training.corpora.layouts import read_corpus
from training.examples import Example, examples_of, fits_a_source
from training.inspection.inspection import Fingerprint, find_copies, inspect, join_copies
from training.progress import progress_bar
from training.recipe import LabelledRecipe, Recipe


@dataclass(frozen=True, slots=True)
class Material:
    """What a network's recipe learns from: clips with their sound and their frames."""

    clips: tuple[Clip, ...]
    evaluation_set: tuple[Clip, ...]
    """Published to be tested on, and not learned from; nothing of their groups is in `clips`."""
    sounds: SoundCache
    features: FeatureCache
    fingerprint: str
    """Fingerprint of the sound of all `clips`, and of all that is said about it."""
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


class FileStore(Protocol):
    """Makes of every file what is learned from, and keeps it."""

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = ..., /
    ) -> dict[Path, str]: ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """What other recipes learn from: examples whose files are all in a `FileStore`."""

    examples: tuple[Example, ...]
    fingerprint: str
    """Fingerprint of the sound of all that is learned from, and of all that is said about it."""

    @property
    def clips(self) -> list[Clip]:
        return [example.clip for example in self.examples]


def gather(
    recipe: LabelledRecipe,
    folders: Sequence[Path],
    store: FileStore,
    workers: int,
    faults: FaultPolicy,
    console: Console,
) -> Gathered:
    """Hears what was not heard yet. Raises CorpusError, RecipeError.

    Only the clips that the recipe asks for are heard; those of a published evaluation set are left out."""
    found = inspected(folders, partial(_is_wanted, recipe), recipe.same_group_after, workers, console)
    with progress_bar(console, "listening", len(found.clips)) as advance:
        broken = store.fill([clip.path for clip in found.clips], workers, advance)
    usable = found.usable(broken, faults, console)
    lines = [f"{found.digests[one.path]}\t{one.corpus}\t{one.label}\t{one.group}" for one in usable]
    examples = examples_of(recipe, usable)
    return Gathered(tuple(examples), hashlib.sha256("\n".join(lines).encode()).hexdigest())


def _is_wanted(recipe: LabelledRecipe, clip: Clip) -> bool:
    return not clip.is_test and fits_a_source(recipe, clip)


@dataclass(frozen=True, slots=True)
class Inspected:
    """Clips of several folders, each looked at once: what is broken, what is a copy of what, which groups are one."""

    clips: tuple[Clip, ...]
    """In the order of their folders; copies of one recording are of one group."""
    digests: Mapping[Path, str]
    """Hash of each clip's bytes."""
    missing: tuple[Path, ...]
    broken: Mapping[Path, str]
    """Reasons, by clip."""

    def usable(self, broken: Mapping[Path, str], faults: FaultPolicy, console: Console) -> tuple[Clip, ...]:
        """Without what is broken, `broken` as well. Raises CorpusError, or says so, as `faults` has it."""
        found = usable_clips(self.clips, self.missing, {**self.broken, **broken}, faults)
        if found.report:
            console.print(found.report, style="yellow", markup=False, soft_wrap=True)
        return found.clips


def inspected(
    folders: Sequence[Path],
    is_wanted: Callable[[Clip], bool],
    same_group_after: Sequence[str],
    workers: int,
    console: Console,
) -> Inspected:
    """Raises CorpusError."""
    clips: list[Clip] = []
    missing: list[Path] = []
    fingerprints: list[Fingerprint] = []
    broken: dict[Path, str] = {}
    for folder in folders:
        corpus = read_corpus(folder)
        wanted = replace(corpus, clips=tuple(filter(is_wanted, corpus.clips)))
        missing += corpus.missing
        with progress_bar(console, f"inspecting {folder.name}", len(wanted.clips)) as advance:
            inspection = inspect(wanted, workers, advance)
        broken |= {clip.path: reason for clip, reason in inspection.broken}
        clips += [_regrouped(clip, same_group_after) for clip in inspection.sound]
        fingerprints += inspection.fingerprints
    copies = find_copies(clips, fingerprints)
    joined = join_copies(clips, copies)
    damaged = sum(bool(one.damage) for one in fingerprints)
    for count, what in ((len(copies), "pairs of copies in two groups, which now are one"), (damaged, "damaged files")):
        if count:
            console.print(f"{count} {what}; `training check` names them.", style="yellow", highlight=False)
    digests = {clip.path: one.digest for clip, one in zip(clips, fingerprints, strict=True)}
    return Inspected(joined, digests, tuple(missing), broken)


def _regrouped(clip: Clip, prefixes: Sequence[str]) -> Clip:
    """The rest behind any of the prefixes says which recording it is, whatever the corpus."""
    for prefix in prefixes:
        if clip.group.startswith(prefix):
            return replace(clip, group=f"{'|'.join(prefixes)}{clip.group.removeprefix(prefix)}")
    return clip
