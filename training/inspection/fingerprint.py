"""What a recording sounds like, in 256 numbers: enough to find it again under another name, codec or level."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.audio.limits import Limits
from service.audio.sound import open_sound
from service.audio.warnings import damage_warnings
from service.features.bank import FeatureBank
from service.features.logmel import LogMel

FRONT_END = LogMel(sample_rate=16_000, n_fft=512, win_length=512, hop_length=320, n_mels=32, fmin=50, fmax=7_000)
STEPS = 8
"""The recording is cut into as many equal parts; each gives its mean spectrum."""
DYNAMIC_DB = 50.0
"""What lies further below the loudest band is the codec's, not the recording's."""
SIMILAR = 0.995
"""Cosine of two fingerprints from which on they are taken for one recording."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`digest` is of the file's bytes; `shape` float32 (256,), of length 1, is the same at any level."""

    seconds: float
    sample_rate: int
    digest: str
    shape: NDArray[np.float32]
    damage: str = ""
    """What of the file could not be decoded, in sentences."""


def fingerprint(path: Path) -> Fingerprint:
    """Decodes the whole file with the service's own decoder. Raises EarmarkError if that fails."""
    with open_sound(path, Limits()) as sound:
        bank = FeatureBank(sound.sample_rate, [FRONT_END])
        for block in sound.mono_blocks():
            bank.push(block)
        bank.finish()
        seconds, sample_rate = sound.decoded_seconds, sound.sample_rate
        damage = " ".join(damage_warnings(sound, read_to_the_end=True))
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
