"""Sound that is ready to learn from: read, decoded, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from service.cpus import usable_cpus
from service.features.kinds import AnyFrontEnd
from training.cache.feature_cache import FeatureCache
from training.cache.sound_cache import SoundCache
from training.clip import Clip
from training.commands.progress import progress_bar
from training.corpora.catalogue import read_corpus
from training.corpora.usable_clips import FaultPolicy, usable_clips
from training.inspection.inspection import inspect
from training.inspection.joined_copies import join_copies
from training.take import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Material:
    clips: tuple[Clip, ...]
    sounds: SoundCache
    features: FeatureCache
    fingerprint: str
    """Of all clips' bytes, labels and groups, in hexadecimal."""


def prepare(
    folders: Sequence[Path],
    front_end: AnyFrontEnd,
    cache: Path,
    jobs: int | None,
    faults: FaultPolicy,
    console: Console,
) -> Material:
    """Decodes what `cache` does not hold yet, in `jobs` processes, or one for each processor. Raises CorpusError."""
    workers = jobs or usable_cpus()
    clips: list[Clip] = []
    missing: list[Path] = []
    broken: dict[Path, str] = {}
    sounds, features = SoundCache(cache, SAMPLE_RATE), FeatureCache(cache, front_end)
    for folder in folders:
        corpus = read_corpus(folder)
        missing += corpus.missing
        with progress_bar(console, f"inspecting {folder.name}", len(corpus.clips)) as advance:
            inspection = inspect(corpus, workers, advance)
        clips += join_copies(corpus.clips, inspection.copies)
    paths = [clip.path for clip in clips]
    for store, title in ((sounds, "decoding"), (features, "listening")):
        with progress_bar(console, title, len(paths)) as advance:
            broken |= store.fill(paths, workers, advance)
    usable = usable_clips(clips, missing, broken, faults)
    if usable.report:
        console.print(usable.report, style="yellow", markup=False, soft_wrap=True)
    return Material(usable.clips, sounds, features, _fingerprint(usable.clips))


def _fingerprint(clips: Sequence[Clip]) -> str:
    lines = sorted(f"{hashlib.sha256(clip.path.read_bytes()).hexdigest()} {clip.label} {clip.group}" for clip in clips)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
