"""What a corpus holds, measured: classes, groups, durations, rates, broken files and copies."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.audio.accepted import Limits
from service.audio.sound import open_sound
from service.features.bank import FeatureBank
from service.features.logmel import LogMel
from training.cache.worker_processes import in_workers, reason_of
from training.corpora.corpus import Clip, Corpus


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a recording sounds like, in 256 numbers: enough to find it again under another name, codec or level.

    `digest` is of the file's bytes; `shape` float32 (256,), of length 1, is the same at any level."""

    seconds: float
    sample_rate: int
    digest: str
    shape: NDArray[np.float32]
    damage: str = ""
    """What of the file could not be decoded, in sentences."""


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
    """Fingerprints of `sound`, in its order."""
    sound: tuple[Clip, ...]
    broken: tuple[tuple[Clip, str], ...]
    """Clips that cannot be decoded, with the reason."""
    copies: tuple[Copy, ...]
    """Most alike first. A split by group would put these on both sides."""

    @property
    def damaged(self) -> tuple[tuple[Clip, str], ...]:
        """Clips that could be decoded in part, with what is missing."""
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
    """Decodes every clip once, in `workers` processes; `on_clip` is called with each."""
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


def join_copies(clips: Sequence[Clip], copies: Iterable[Copy]) -> tuple[Clip, ...]:
    """The clips in their order. Copies of one recording belong to one group, or a split by group would put them on both
    sides: groups that copies connect, also by way of others, get the smallest of their names."""
    parents = {clip.group: clip.group for clip in clips}

    def root(group: str) -> str:
        while parents[group] != group:
            parents[group] = parents[parents[group]]
            group = parents[group]
        return group

    for copy in copies:
        smaller, larger = sorted((root(copy.first.group), root(copy.second.group)))
        parents[larger] = smaller
    return tuple(replace(clip, group=root(clip.group)) for clip in clips)


FRONT_END = LogMel(sample_rate=16_000, n_fft=512, win_length=512, hop_length=320, n_mels=32, fmin=50, fmax=7_000)
STEPS = 8
"""The recording is cut into as many equal parts; each gives its mean spectrum."""
DYNAMIC_DB = 50.0
"""What lies further below the loudest band is the codec's, not the recording's."""
SIMILAR = 0.995
"""Cosine of two fingerprints from which on they are taken for one recording."""


def fingerprint(path: Path) -> Fingerprint:
    """Decodes the whole file with the service's own decoder. Raises EarmarkError if that fails."""
    with open_sound(path, Limits()) as sound:
        bank = FeatureBank(sound.sample_rate, [FRONT_END])
        for block in sound.mono_blocks():
            bank.push(block)
        bank.finish()
        seconds, sample_rate = sound.decoded_seconds, sound.sample_rate
        damage = " ".join(sound.damage_warnings())
    frames = bank.window(FRONT_END, 0.0, max(STEPS, int(seconds * FRONT_END.sample_rate / FRONT_END.hop_length)))
    audible = np.maximum(frames, frames.max() - DYNAMIC_DB)
    parts = np.array([part.mean(axis=0) for part in np.array_split(audible, STEPS)])
    centred = (parts - parts.mean()).ravel()
    shape = (centred / (np.linalg.norm(centred) or 1)).astype(np.float32)
    return Fingerprint(seconds, sample_rate, hashlib.sha256(path.read_bytes()).hexdigest(), shape, damage)


def similar_pairs(fingerprints: Sequence[Fingerprint], threshold: float = SIMILAR) -> list[tuple[int, int, float]]:
    """(i, j, cosine), i < j, of all pairs at or above `threshold`, the most alike first."""
    if not fingerprints:
        return []
    shapes = np.stack([one.shape for one in fingerprints])
    pairs = []
    for i in range(len(shapes) - 1):
        cosines = shapes[i + 1 :] @ shapes[i]
        pairs += [(i, i + 1 + int(j), float(cosines[j])) for j in np.flatnonzero(cosines >= threshold)]
    return sorted(pairs, key=lambda pair: -pair[2])
