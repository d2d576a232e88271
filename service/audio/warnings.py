"""What a user should know about a file that could be analysed all the same, in sentences."""

from collections.abc import Iterator

from service.audio.meter import MAX_AMPLITUDE
from service.audio.sound import Sound

TOLERATED_SECONDS = 0.5
"""Between header and sound: codecs pad by up to 0.1 s, and no one misses half a second."""
TOLERATED_CLIPPING_RATIO = 0.001
"""Loud masters clip now and then; one sample in a thousand is heard."""
AUDIBLE_PEAK = 0.01
CANCELLING_RATIO = 0.02
"""-34 dB from the loudest channel to the mix: the channels are each other's opposites."""


def sound_warnings(sound: Sound, *, read_to_the_end: bool) -> Iterator[str]:
    """The warnings on decoding. A sound that was read only in part is not compared with its header."""
    if read_to_the_end:
        yield from _length_warnings(sound)
    meter = sound.meter
    if sound.damaged_packets:
        yield f"Damaged pieces of the file were skipped: {sound.damaged_packets}."
    if meter.not_finite:
        yield f"Samples that are no finite numbers were taken as 0: {meter.not_finite}."
    if meter.too_loud:
        yield f"Samples beyond {MAX_AMPLITUDE:g} times full scale were cut to that: {meter.too_loud}."
    if meter.clipping_ratio > TOLERATED_CLIPPING_RATIO:
        yield f"{meter.clipping_ratio:.1%} of the samples are at full scale; the recording is clipped."
    if meter.peak > AUDIBLE_PEAK and sound.mono_peak < CANCELLING_RATIO * meter.peak:
        yield "The channels cancel each other out: one is the other's opposite. Their mix is nearly silent."


def _length_warnings(sound: Sound) -> Iterator[str]:
    decoded, claimed = sound.decoded_seconds, sound.claimed_seconds
    cut = f" {sound.cut_sign} The end is missing." if sound.cut_sign else ""
    if claimed is not None and abs(claimed - decoded) > TOLERATED_SECONDS:
        yield f"The header says {claimed:.1f} s, {decoded:.1f} s could be decoded.{cut}"
    elif sound.broke_off:
        yield f"The sound breaks off after {decoded:.1f} s; what follows is damaged or missing.{cut}"
    elif sound.cut_sign:
        yield f"{sound.cut_sign} The end is missing; {decoded:.1f} s could be decoded."
