"""What a user should know about a file that could be analysed all the same, in sentences."""

from collections.abc import Iterator

from service.audio.meter import MAX_AMPLITUDE, Meter
from service.audio.sniff import COUNTED_SECONDS
from service.audio.sound import Sound

VISIBLE_SECONDS = 0.5
"""Lengths that differ by more are told to a tenth of a second, others to a hundredth."""
TOLERATED_CLIPPING_RATIO = 0.001
"""Loud masters clip now and then; one sample in a thousand is heard."""
AUDIBLE_PEAK = 0.01
CANCELLING_RATIO = 0.02
"""-34 dB from the loudest channel to the mix: the channels are each other's opposites."""


def sound_warnings(sound: Sound, *, read_to_the_end: bool) -> Iterator[str]:
    """All of them. A sound that was read only in part is not compared with its header."""
    yield from damage_warnings(sound, read_to_the_end=read_to_the_end)
    yield from meter_warnings(sound.meter, sound.mono_peak)


def damage_warnings(sound: Sound, *, read_to_the_end: bool) -> Iterator[str]:
    """The warnings on the file: what of it could not be decoded."""
    if read_to_the_end:
        yield from _length_warnings(sound)
    if sound.unreadable:
        yield sound.unreadable
    if sound.damaged_packets:
        yield f"Damaged pieces of the file were skipped: {sound.damaged_packets}."


def meter_warnings(meter: Meter, mono_peak: float) -> Iterator[str]:
    """The warnings on the samples themselves, wherever they came from."""
    if meter.not_finite:
        yield f"Samples that are no finite numbers were taken as 0: {meter.not_finite}."
    if meter.too_loud:
        yield f"Samples beyond {MAX_AMPLITUDE:g} times full scale were cut to that: {meter.too_loud}."
    if meter.clipping_ratio > TOLERATED_CLIPPING_RATIO:
        yield f"{meter.clipping_ratio:.1%} of the samples are at full scale; the recording is clipped."
    if meter.peak > AUDIBLE_PEAK and mono_peak < CANCELLING_RATIO * meter.peak:
        yield "The channels cancel each other out: one is the other's opposite. Their mix is nearly silent."


def _length_warnings(sound: Sound) -> Iterator[str]:
    decoded, claimed = sound.decoded_seconds, sound.claimed_seconds
    cut = f" {sound.cut_sign} The end is missing." if sound.cut_sign else ""
    gap = None if claimed is None else abs(claimed - decoded)
    if sound.broken_at_seconds is not None and (gap is None or gap > COUNTED_SECONDS):
        yield f"The file is damaged after {sound.broken_at_seconds:.1f} s; another decoder went on from there."
    if gap is not None and gap > sound.container.tolerated_seconds:
        decimals = 1 if gap > VISIBLE_SECONDS else 2
        yield f"The header says {claimed:.{decimals}f} s, {decoded:.{decimals}f} s could be decoded.{cut}"
    elif sound.broke_off:
        yield f"The sound breaks off after {decoded:.1f} s; what follows is damaged or missing.{cut}"
    elif cut:
        yield f"{sound.cut_sign} The end is missing; {decoded:.1f} s could be decoded."
