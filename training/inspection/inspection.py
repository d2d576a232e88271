"""What a corpus holds, measured: classes, groups, durations, rates, broken files, copies, and what would leak."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from training.cache.reason import reason_of
from training.cache.workers import in_workers
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.inspection.fingerprint import Fingerprint, fingerprint, similar_pairs


@dataclass(frozen=True, slots=True)
class Copy:
    """Two clips of different groups that are one recording: exactly, or by their fingerprints' cosine."""

    first: Clip
    second: Clip
    similarity: float
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    corpus: Corpus
    fingerprints: tuple[Fingerprint, ...]
    """Of `sound`, in its order."""
    sound: tuple[Clip, ...]
    broken: tuple[tuple[Clip, str], ...]
    """Clips that cannot be decoded, with the reason."""
    copies: tuple[Copy, ...]
    """Most alike first. A split by group would put these on both sides."""

    @property
    def damaged(self) -> tuple[tuple[Clip, str], ...]:
        """Clips of which a part could be decoded, with what is missing."""
        heard = zip(self.sound, self.fingerprints, strict=True)
        return tuple((clip, one.damage) for clip, one in heard if one.damage)

    @property
    def clips_per_label(self) -> Counter[str]:
        return Counter(clip.label for clip in self.sound)

    @property
    def sample_rates(self) -> Counter[int]:
        return Counter(one.sample_rate for one in self.fingerprints)

    def groups_of(self, label: str) -> int:
        return len({clip.group for clip in self.sound if clip.label == label})

    def seconds_of(self, label: str) -> float:
        return sum(one.seconds for clip, one in zip(self.sound, self.fingerprints, strict=True) if clip.label == label)


def inspect(corpus: Corpus, workers: int, on_clip: Callable[[Clip], None] = lambda _: None) -> Inspection:
    """Decodes every clip once, in `workers` processes; `on_clip` is told of each."""
    heard: list[tuple[Clip, Fingerprint | str]] = []
    with closing(in_workers(fingerprint, (clip.path for clip in corpus.clips), workers)) as answers:
        for clip, answer in zip(corpus.clips, answers, strict=True):
            heard.append((clip, answer if isinstance(answer, Fingerprint) else reason_of(answer)))
            on_clip(clip)
    sound = [(clip, answer) for clip, answer in heard if isinstance(answer, Fingerprint)]
    clips, fingerprints = tuple(clip for clip, _ in sound), tuple(answer for _, answer in sound)
    return Inspection(
        corpus=corpus,
        fingerprints=fingerprints,
        sound=clips,
        broken=tuple((clip, answer) for clip, answer in heard if isinstance(answer, str)),
        copies=tuple(find_copies(clips, fingerprints)),
    )


def find_copies(clips: Sequence[Clip], fingerprints: Sequence[Fingerprint]) -> list[Copy]:
    """Pairs of clips in different groups that have the same bytes, or sound the same; the most alike first."""
    alike = {(i, j): cosine for i, j, cosine in similar_pairs(fingerprints)}
    firsts: dict[str, int] = {}
    for index, one in enumerate(fingerprints):  # silence is like nothing, not even like itself
        first = firsts.setdefault(one.digest, index)
        if first != index:
            alike[first, index] = 1.0
    return [
        Copy(clips[i], clips[j], cosine, fingerprints[i].digest == fingerprints[j].digest)
        for (i, j), cosine in sorted(alike.items(), key=lambda item: -item[1])
        if clips[i].group != clips[j].group
    ]
