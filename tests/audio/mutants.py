"""Damaged sound files: small ones of every kind, broken by seeded chance as real ones are, and worse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tests.sound_files import KINDS, Samples, silent_video, sound_bytes

RATE = 44_100
SECONDS = 0.4
SEED = 7
HEADER_BYTES = 512
EXTREMES = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFF0,
    0xFFFFFFFF,
    2**63 - 1,
    2**64 - 1,
)
TAGS = (b"data", b"fmt ", b"COMM", b"SSND", b"moov", b"trak", b"stsz", b"stco", b"stsc", b"stts", b"mdat", b"esds",
        b"OggS", b"vorbis", b"OpusHead", b"Xing", b"Info", b"APIC", b"\x1aE\xdf\xa3", b"\xa3", b"fLaC")  # fmt: skip
"""What stands next to a length, in one container or another."""


@dataclass(frozen=True, slots=True)
class Mutant:
    number: int
    turn: int
    """How many mutants of its kind came before."""
    kind: str
    damage: str
    data: bytes


class Nursery:
    """Makes mutant `number`: always the same one. Neighbours are of different kinds."""

    def __init__(self) -> None:
        self._bases: Mapping[str, bytes] = {
            **{kind: sound_bytes(kind, _sound(), RATE) for kind in KINDS},
            "silent_video": silent_video(),
        }

    def mutant(self, number: int) -> Mutant:
        turn, place = divmod(number, len(self._bases))
        kind = list(self._bases)[place]
        chance = np.random.default_rng([SEED, number])
        data = bytearray(self._bases[kind])
        damage = []
        for _ in range(chance.integers(1, 4)):
            name = str(chance.choice(list(_DAMAGES)))
            _DAMAGES[name](data, chance)
            damage.append(name)
        return Mutant(number, turn, kind, ", ".join(damage), bytes(data))


def _sound() -> Samples:
    """A tone, a little noise, and half of it silence, so that frames are of different sizes."""
    time = np.arange(round(SECONDS * RATE)) / RATE
    noise = 0.05 * np.random.default_rng(0).standard_normal((2, len(time)))
    return ((0.3 * np.sin(2 * np.pi * 440 * time) + noise) * (time < SECONDS / 2)).astype(np.float32)


def _place(data: bytearray, chance: np.random.Generator) -> int:
    return int(chance.integers(0, max(1, len(data))))


def _flip_header_bits(data: bytearray, chance: np.random.Generator) -> None:
    for _ in range(chance.integers(1, 6)):
        at = int(chance.integers(0, max(1, min(HEADER_BYTES, len(data)))))
        data[at : at + 1] = bytes(byte ^ 1 << int(chance.integers(8)) for byte in data[at : at + 1])


def _overwrite(data: bytearray, chance: np.random.Generator) -> None:
    at, length = _place(data, chance), int(2 ** chance.uniform(0, 12))
    data[at : at + length] = chance.bytes(len(data[at : at + length]))


def _truncate(data: bytearray, chance: np.random.Generator) -> None:
    del data[_place(data, chance) :]


def _truncate_early(data: bytearray, chance: np.random.Generator) -> None:
    del data[int(chance.integers(0, HEADER_BYTES)) :]


def _set_length(data: bytearray, chance: np.random.Generator) -> None:
    """Near a tag that is there, or anywhere in the header."""
    found = [at for tag in TAGS if (at := data.find(tag)) >= 0]
    near = int(chance.choice(found)) + int(chance.integers(-8, 24)) if found and chance.random() < 0.7 else None
    at = int(chance.integers(0, HEADER_BYTES)) if near is None else max(0, near)
    width = int(chance.choice([1, 2, 3, 4, 8]))
    value = EXTREMES[chance.integers(len(EXTREMES))] % 256**width
    data[at : at + width] = value.to_bytes(width, "big" if chance.random() < 0.5 else "little")


def _duplicate(data: bytearray, chance: np.random.Generator) -> None:
    at, length = _place(data, chance), int(2 ** chance.uniform(2, 14))
    data[at:at] = data[at : at + length] * int(chance.integers(1, 4))


def _remove(data: bytearray, chance: np.random.Generator) -> None:
    at, length = _place(data, chance), int(2 ** chance.uniform(0, 12))
    del data[at : at + length]


_DAMAGES: Mapping[str, Callable[[bytearray, np.random.Generator], None]] = {
    "header bits flipped": _flip_header_bits,
    "span overwritten": _overwrite,
    "truncated": _truncate,
    "truncated in the header": _truncate_early,
    "length set": _set_length,
    "chunk duplicated": _duplicate,
    "chunk removed": _remove,
}
