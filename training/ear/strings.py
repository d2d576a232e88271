"""Strings of pieces of recordings, with the truth of every moment: what a gate that speaks in steps learns from.

A piece is music, speech, both, neither (noise, scenes, events), singing made from speech, or silence. Equal seeds give
equal strings, whatever else was made before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.audio.decoded import Samples
from training.augment.augment_plan import AugmentPlan, Chain
from training.augment.take import Take, amplitude, is_silent, rms
from training.cache.file_cache import FULL_SCALE
from training.ear.network import FRAMES, FRONT_END, STEPS
from training.ear.singing import sung

LABELS = ("music", "speech")
KINDS = ("music", "speech", "both", "neither", "singing", "silence")
HOLDS = {
    "music": (1.0, 0.0),
    "speech": (0.0, 1.0),
    "both": (1.0, 1.0),
    "neither": (0.0, 0.0),
    "singing": (1.0, 0.0),
    "silence": (0.0, 0.0),
}
"""Truth of LABELS, by kind. Singing is music and no speech."""
RATE = FRONT_END.sample_rate
WINDOW_SECONDS = FRAMES * FRONT_END.hop_length / RATE
STEP_SECONDS = WINDOW_SECONDS / STEPS
_EDGE_DB = -40.0
"""Below its loudest moment, what a recording begins and ends with is no part of it."""
_EDGE_BLOCK = RATE // 50


@dataclass(frozen=True, slots=True)
class Pool:
    """Recordings of one corpus, int16 (n,) at RATE, each as likely as the next. `weight` against other pools."""

    name: str
    sounds: Sequence[NDArray[np.int16]]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class StringMaterial:
    """What strings are made of. Each needs at least one pool."""

    music: tuple[Pool, ...]
    speech: tuple[Pool, ...]
    neither: tuple[Pool, ...]


@dataclass(frozen=True, slots=True)
class StringPlan:
    """How strings are made. Durations are drawn uniform in octaves, levels and ratios uniform in dB."""

    seconds: float = 30.0
    min_piece_seconds: float = 0.4
    max_piece_seconds: float = 12.0
    shares: tuple[float, ...] = (0.27, 0.27, 0.17, 0.21, 0.04, 0.04)
    """Shares of pieces, by KINDS."""
    min_speech_over_music_db: float = -8.0
    max_speech_over_music_db: float = 14.0
    min_level_db: float = -34.0
    max_level_db: float = -14.0
    max_fade_seconds: float = 0.1
    pieces: AugmentPlan = field(default_factory=AugmentPlan)
    """What each piece goes through."""
    whole: AugmentPlan = field(default_factory=AugmentPlan)
    """What the string goes through at last."""


PROGRAMMES = StringPlan(
    seconds=180.0,
    min_piece_seconds=0.7,
    max_piece_seconds=12.0,
    shares=(0.3, 0.3, 0.2, 0.16, 0.0, 0.04),
    min_speech_over_music_db=0.0,
    min_level_db=-28.0,
    max_level_db=-16.0,
    max_fade_seconds=0.05,
)
"""Programmes to measure on: like radio, and nothing done to them."""


@dataclass(frozen=True, slots=True)
class StringSpan:
    """A piece: seconds of the string, its kind, and the pools that its sound is from."""

    start: float
    end: float
    kind: str
    pools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoundString:
    """`samples` float32 (n,) at RATE; the spans cover them without gaps."""

    samples: Samples
    spans: tuple[StringSpan, ...]

    def truth(self) -> NDArray[np.float32]:
        """float32 (windows, STEPS, 2): of every step of every whole window, the part that each of LABELS holds."""
        windows = windows_in(len(self.samples) / RATE)
        starts = np.arange(windows * STEPS) * STEP_SECONDS
        shares = np.zeros((len(starts), len(LABELS)))
        for span in self.spans:
            overlap = np.minimum(span.end, starts + STEP_SECONDS) - np.maximum(span.start, starts)
            shares += np.maximum(overlap, 0)[:, None] / STEP_SECONDS * np.array(HOLDS[span.kind])
        return shares.reshape(windows, STEPS, -1).clip(0, 1).astype(np.float32)


def windows_in(seconds: float) -> int:
    """How many whole windows fit."""
    return int(seconds / WINDOW_SECONDS + 1e-6)


def string(material: StringMaterial, plan: StringPlan, seed: Sequence[int]) -> SoundString:
    """One string of `plan.seconds`. Two pieces of one kind may follow each other."""
    rng = np.random.default_rng(seed)
    pieces, whole = plan.pieces.for_labels(LABELS), plan.whole.for_labels(LABELS)
    length = round(plan.seconds * RATE)
    samples = np.zeros(length, dtype=np.float32)
    spans: list[StringSpan] = []
    at = 0
    chances = np.array(plan.shares) / sum(plan.shares)
    while at < length:
        kind = KINDS[rng.choice(len(KINDS), p=chances)]
        seconds = np.exp(rng.uniform(np.log(plan.min_piece_seconds), np.log(plan.max_piece_seconds)))
        piece, pools = _piece(material, kind, round(seconds * RATE), plan, pieces, rng)
        fade = round(rng.uniform(0.002, plan.max_fade_seconds) * RATE)
        piece = _faded(piece[: length - at], fade)
        samples[at : at + len(piece)] = piece
        spans.append(StringSpan(at / RATE, (at + len(piece)) / RATE, kind, pools))
        at += len(piece)
    return SoundString(_through(whole, samples, rng), tuple(spans))


def _piece(
    material: StringMaterial, kind: str, length: int, plan: StringPlan, chain: Chain, rng: np.random.Generator
) -> tuple[Samples, tuple[str, ...]]:
    """At most `length` samples: a short recording makes a short piece."""
    level = amplitude(rng.uniform(plan.min_level_db, plan.max_level_db))
    if kind == "silence":
        return np.zeros(min(length, 3 * RATE), dtype=np.float32), ()
    if kind == "both":
        speech, speech_pool = _stretch(material.speech, length, chain, rng)
        music, music_pool = _stretch(material.music, length, chain, rng)
        ratio = amplitude(-rng.uniform(plan.min_speech_over_music_db, plan.max_speech_over_music_db))
        shorter = min(len(speech), len(music))
        mixed = speech[:shorter] + ratio * music[:shorter]
        return level / rms(mixed) * mixed, (speech_pool, music_pool)
    if kind == "singing":
        speech, pool = _stretch(material.speech, length, chain, rng)
        song = sung(speech, length, rng)
        return level / max(rms(song), 1e-4) * song, (pool,)
    pools = {"music": material.music, "speech": material.speech, "neither": material.neither}[kind]
    sound, pool = _stretch(pools, length, chain, rng)
    return level * sound, (pool,)


def _stretch(pools: Sequence[Pool], length: int, chain: Chain, rng: np.random.Generator) -> tuple[Samples, str]:
    """A part of a recording, at most `length` samples, of root mean square 1."""
    weights = np.array([pool.weight if len(pool.sounds) else 0.0 for pool in pools])
    while True:
        pool = pools[rng.choice(len(pools), p=weights / weights.sum())]
        sound = trimmed(pool.sounds[int(rng.integers(len(pool.sounds)))])
        start = int(rng.integers(max(1, len(sound) - length + 1)))
        part: Samples = sound[start : start + length].astype(np.float32) / np.float32(FULL_SCALE)
        if len(part) and not is_silent(part):
            part = _through(chain, part, rng)
            return part / np.float32(max(rms(part), 1e-5)), pool.name


def trimmed(sound: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the silence at both ends."""
    blocks = len(sound) // _EDGE_BLOCK
    if not blocks:
        return sound
    loudness = np.abs(sound[: blocks * _EDGE_BLOCK].reshape(blocks, _EDGE_BLOCK).astype(np.float32)).max(1)
    (loud,) = np.nonzero(loudness > loudness.max() * amplitude(_EDGE_DB))
    return sound[loud[0] * _EDGE_BLOCK : (loud[-1] + 1) * _EDGE_BLOCK] if len(loud) else sound


def _through(chain: Chain, samples: Samples, rng: np.random.Generator) -> Samples:
    take = Take(samples, np.zeros(len(LABELS), dtype=np.float32), RATE)
    return chain.augment(take, lambda _: take, rng).samples


def _faded(piece: Samples, fade: int) -> Samples:
    fade = min(fade, len(piece) // 2)
    if not fade:
        return piece
    faded = piece.copy()
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    faded[:fade] *= ramp
    faded[-fade:] *= ramp[::-1]
    return faded
