"""Clips of several folders, each looked at once: what is broken, what is a copy of what, which groups are one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from training.clip import Clip
from training.corpora.catalogue import read_corpus
from training.corpora.usable_clips import FaultPolicy, usable_clips
from training.inspection.fingerprint import Fingerprint
from training.inspection.inspection import find_copies, inspect
from training.inspection.joined_copies import join_copies
from training.progress import progress_bar


@dataclass(frozen=True, slots=True)
class Inspected:
    clips: tuple[Clip, ...]
    """In the order of their folders; copies of one recording are of one group."""
    digests: Mapping[Path, str]
    """Of each clip's bytes."""
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
