"""Sound that is ready to learn from: read, decoded, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from service.cpus import usable_cpus
from training.cache.feature_cache import FeatureCache
from training.cache.sound_cache import SoundCache
from training.clip import Clip
from training.corpora.catalogue import read_corpus
from training.corpora.usable_clips import FaultPolicy, usable_clips
from training.inspection.fingerprint import Fingerprint
from training.inspection.inspection import find_copies, inspect
from training.inspection.joined_copies import join_copies
from training.progress import progress_bar
from training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Material:
    clips: tuple[Clip, ...]
    sounds: SoundCache
    features: FeatureCache
    sound_digest: str
    """Of all clips' bytes in their order, in hexadecimal."""

    @property
    def fingerprint(self) -> str:
        """Of the sound, and of all that is said about it."""
        lines = [f"{one.corpus}\t{one.label}\t{one.group}\t{one.fold}" for one in self.clips]
        return _digest([self.sound_digest, *lines])


def prepare(
    recipe: Recipe, folders: Sequence[Path], cache: Path, jobs: int | None, faults: FaultPolicy, console: Console
) -> Material:
    """Decodes what `cache` does not hold yet, in `jobs` processes, or one for each processor. Raises CorpusError.

    Clips of a published evaluation set are left out: what was to be tested on is not learned from."""
    workers = jobs or usable_cpus()
    clips: list[Clip] = []
    missing: list[Path] = []
    fingerprints: list[Fingerprint] = []
    broken: dict[Path, str] = {}
    for folder in folders:
        corpus = read_corpus(folder)
        missing += corpus.missing
        with progress_bar(console, f"inspecting {folder.name}", len(corpus.clips)) as advance:
            inspection = inspect(corpus, workers, advance)
        broken |= {clip.path: reason for clip, reason in inspection.broken}
        for clip, fingerprint in zip(inspection.sound, inspection.fingerprints, strict=True):
            if not clip.is_test:
                clips.append(_regrouped(clip, recipe.same_group_after))
                fingerprints.append(fingerprint)
    copies = find_copies(clips, fingerprints)
    sounds, features = SoundCache(cache, recipe.sample_rate), FeatureCache(cache, recipe.front_end)
    paths = [clip.path for clip in clips]
    for store, title in ((sounds, "decoding"), (features, "listening")):
        with progress_bar(console, title, len(paths)) as advance:
            broken |= store.fill(paths, workers, advance)
    usable = usable_clips(join_copies(clips, copies), missing, broken, faults)
    if usable.report:
        console.print(usable.report, style="yellow", markup=False, soft_wrap=True)
    digests = {clip.path: one.digest for clip, one in zip(clips, fingerprints, strict=True)}
    return Material(usable.clips, sounds, features, _digest([digests[clip.path] for clip in usable.clips]))


def _regrouped(clip: Clip, prefixes: Sequence[str]) -> Clip:
    """The rest behind any of the prefixes says which recording it is, whatever the corpus."""
    for prefix in prefixes:
        if clip.group.startswith(prefix):
            return replace(clip, group=f"{'|'.join(prefixes)}{clip.group.removeprefix(prefix)}")
    return clip


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
