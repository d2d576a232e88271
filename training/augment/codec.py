"""Most sound has been through a lossy codec, and a model that never heard one takes its traces for content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from pydantic import Field

from service.audio.stream import Samples
from training.augment.augmentation import SoundAugmentation
from training.augment.resampled import resampled
from training.take import Take

CodecName = Literal["mp3", "opus", "aac"]
_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(frozen=True, slots=True)
class Route:
    """There and back, at one of `sample_rates`, which rise. `delay` is in samples: what comes before the sound and the
    decoder leaves."""

    encoder: str
    decoder: str
    sample_format: str
    sample_rates: tuple[int, ...]
    delay: int = 0
    options: Mapping[str, str] = field(default_factory=dict)

    def sample_rate(self, wanted: int) -> int:
        """The lowest that keeps all that sound at `wanted` Hz has, or the highest that there is."""
        return next((rate for rate in self.sample_rates if rate >= wanted), self.sample_rates[-1])


ROUTES: Mapping[CodecName, Route] = MappingProxyType(
    {
        # The options trade a little quality for half of the encoder's time.
        "mp3": Route("libmp3lame", "mp3float", "fltp", _RATES, options={"compression_level": "7"}),
        "opus": Route("libopus", "opus", "flt", (48_000,), options={"compression_level": "5"}),
        "aac": Route("aac", "aac", "fltp", _RATES, delay=1_024, options={"aac_coder": "fast"}),
    }
)


class Codec(SoundAugmentation):
    """Encodes and decodes by one of `codecs` at min_kbps..max_kbps, uniform in octaves; nothing is shifted."""

    codecs: tuple[CodecName, ...] = Field(default=("mp3", "opus", "aac"), min_length=1)
    min_kbps: float = Field(default=16.0, ge=8, le=96)
    max_kbps: float = Field(default=64.0, ge=8, le=96)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        route = ROUTES[self.codecs[rng.integers(len(self.codecs))]]
        kbps = np.exp(rng.uniform(np.log(self.min_kbps), np.log(self.max_kbps)))
        rate = route.sample_rate(take.sample_rate)
        there = resampled(take.samples, take.sample_rate, rate)
        back = resampled(_through(route, rate, there, round(1_000 * kbps)), rate, take.sample_rate)
        heard = np.zeros_like(take.samples)
        heard[: len(back)] = back[: len(heard)]
        return heard


def _through(route: Route, sample_rate: int, samples: Samples, bit_rate: int) -> Samples:
    encoder = _context(route.encoder, "w", sample_rate)
    encoder.format, encoder.bit_rate, encoder.options = (
        av.AudioFormat(route.sample_format),
        bit_rate,
        dict(route.options),
    )
    encoder.time_base = Fraction(1, sample_rate)
    frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = sample_rate, encoder.time_base, 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    decoder = _context(route.decoder, "r", sample_rate)
    decoder.extradata = encoder.extradata
    decoded = [frame.to_ndarray()[0] for packet in (*packets, None) for frame in decoder.decode(packet)]
    return np.concatenate(decoded)[route.delay :]


def _context(name: str, mode: Literal["r", "w"], sample_rate: int) -> AudioCodecContext:
    context = av.CodecContext.create(name, mode)
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout = sample_rate, av.AudioLayout("mono")
    return context
