"""A sound file as the service hears it: by its decoder, its mix and its resampler."""

from collections.abc import Iterator
from pathlib import Path

from service.audio.limits import Limits
from service.audio.resample import Resampler
from service.audio.sound import open_sound
from service.audio.stream import Samples


def blocks_at(path: Path, sample_rate: int) -> Iterator[Samples]:
    """Mono float32 (n,) at `sample_rate`, each valid until the next one. Raises EarmarkError."""
    with open_sound(path, Limits()) as sound:
        resampler = Resampler(sound.sample_rate, sample_rate)
        for block in sound.mono_blocks():
            yield resampler.push(block)
        yield resampler.finish()
