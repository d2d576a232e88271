"""Augmentations of the waveform of one take: speed, room, microphone, noise and codec, as sound meets them on its way
into a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Literal

import av
import numpy as np
import scipy.fft
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray
from pydantic import Field

from service.audio.decoded import Samples
from service.audio.resample import Resampler
from training.augment.take import SoundAugmentation, Take, amplitude, amplitudes, is_silent, rms, scaled_below

Gains = NDArray[np.float32]
"""float32 (bins,), amplitude per frequency of `frequencies`."""


class Speed(SoundAugmentation):
    """Tapes run fast or slow; songs and voices come in every pitch and tempo.

    Played min_factor..max_factor times as fast, pitch and tempo together. What gets shorter is repeated, what gets
    longer is cut."""

    min_factor: float = Field(default=0.9, ge=0.5, le=2)
    max_factor: float = Field(default=1.1, ge=0.5, le=2)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        factor = rng.uniform(self.min_factor, self.max_factor)
        played = resampled(take.samples, round(factor * take.sample_rate), take.sample_rate)
        return np.resize(played, take.samples.shape)


class TimeShift(SoundAugmentation):
    """Where a take begins says nothing of what is in it.

    Turns the take by up to `max_seconds` either way: what was before the cut follows the end."""

    max_seconds: float = Field(default=1.5, gt=0, le=60)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        most = round(self.max_seconds * take.sample_rate)
        return np.roll(take.samples, int(rng.integers(-most, most, endpoint=True)))


class Reverb(SoundAugmentation):
    """Speech and music in rooms.

    Adds the tail of a room: exponentially decaying noise that falls by 60 dB in min_rt60..max_rt60 seconds, the
    energy of its response min_direct_db..max_direct_db below the direct sound."""

    min_rt60: float = Field(default=0.15, ge=0.05, le=3)
    max_rt60: float = Field(default=0.6, ge=0.05, le=3)
    min_direct_db: float = Field(default=0.0, ge=-20, le=40)
    max_direct_db: float = Field(default=12.0, ge=-20, le=40)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        samples = take.samples
        tail = decaying_noise(rng.uniform(self.min_rt60, self.max_rt60), take.sample_rate, rng)
        tail *= amplitude(-rng.uniform(self.min_direct_db, self.max_direct_db))
        n_fft = scipy.fft.next_fast_len(len(samples) + len(tail), real=True)
        late: Samples = scipy.fft.irfft(scipy.fft.rfft(samples, n_fft) * scipy.fft.rfft(tail, n_fft), n_fft)
        return samples + late[: len(samples)]


def decaying_noise(rt60: float, sample_rate: int, rng: np.random.Generator) -> Samples:
    """float32 (rt60 * sample_rate,) of energy 1."""
    length = round(rt60 * sample_rate)
    tail = rng.standard_normal(length, dtype=np.float32)
    tail *= np.exp(np.linspace(0, -np.log(1_000), length, dtype=np.float32))
    tail /= np.linalg.norm(tail)
    return tail


LOWEST_HZ = 60.0
"""The first control point; the last is at half the sample rate, those between at equal steps in octaves."""


class Equalise(SoundAugmentation):
    """Recordings differ in colour: microphones, rooms, mastering.

    A smooth random frequency response: `points` gains in -max_db..max_db, joined without kinks or overshoot."""

    max_db: float = Field(default=6.0, gt=0, le=24)
    points: int = Field(default=6, ge=2, le=32)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        decibels = rng.uniform(-self.max_db, self.max_db, self.points).astype(np.float32)

        def gains(n_fft: int) -> Gains:
            right, weights = _curve(n_fft, take.sample_rate, self.points)
            left = decibels[right - 1]
            response = left + weights * (decibels[right] - left)
            return amplitudes(response)

        return filtered(take.samples, gains)


@lru_cache(maxsize=8)
def _curve(n_fft: int, sample_rate: int, points: int) -> tuple[NDArray[np.intp], Gains]:
    """Per frequency the control point on its right, and how much of the way from the left one it is, eased."""
    octaves = np.log2(np.maximum(frequencies(n_fft, sample_rate), LOWEST_HZ) / LOWEST_HZ)
    position = octaves / np.log2(sample_rate / 2 / LOWEST_HZ) * (points - 1)
    right = np.clip(np.floor(position).astype(np.intp) + 1, 1, points - 1)
    weights = 0.5 - 0.5 * np.cos(np.pi * np.clip(position - (right - 1), 0, 1))
    return right, weights.astype(np.float32)


TELEPHONE_HZ = (300.0, 3_400.0)
"""The band of the telephone network (ITU-T G.712)."""
TRANSITION = 0.1
"""Width of the edge relative to its frequency, about that of the filters in good resamplers."""


class BandLimit(SoundAugmentation):
    """Not every recording has all frequencies: old files, low sample rates, telephones.

    A low-pass at min_hz..max_hz, uniform in octaves: what a recording at twice that rate leaves. `telephone_share`
    of those that are limited get the band of a telephone instead."""

    min_hz: float = Field(default=2_500.0, ge=500, le=8_000)
    max_hz: float = Field(default=7_000.0, ge=500, le=8_000)
    telephone_share: float = Field(default=0.2, ge=0, le=1)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        if rng.random() < self.telephone_share:
            low, high = TELEPHONE_HZ
        else:
            low, high = 0.0, float(np.exp(rng.uniform(np.log(self.min_hz), np.log(self.max_hz))))
        return filtered(take.samples, partial(_band, low, high, take.sample_rate))


def _band(low_hz: float, high_hz: float, sample_rate: int, n_fft: int) -> Gains:
    """1 inside, 0 outside, half a cosine between; nothing is left from `high_hz` up, nor from `low_hz` down."""
    hertz = frequencies(n_fft, sample_rate)
    gains = 1 - _edge(high_hz * (1 - TRANSITION), high_hz, hertz)
    return gains * _edge(low_hz, low_hz * (1 + TRANSITION), hertz) if low_hz else gains


def _edge(from_hz: float, to_hz: float, hertz: NDArray[np.float32]) -> Gains:
    """Rises from 0 to 1."""
    first, last = np.searchsorted(hertz, [from_hz, to_hz])
    gains = np.ones(len(hertz), dtype=np.float32)
    gains[:first] = 0
    gains[first:last] = 0.5 - 0.5 * np.cos(np.pi * (hertz[first:last] - from_hz) / (to_hz - from_hz))
    return gains


FLAT_BELOW_HZ = 50.0
"""Without this, brown noise would be a rumble that nobody hears and the features leave out."""


class Noise(SoundAugmentation):
    """Every recorder hisses, every place rumbles.

    Coloured noise, from brown (-6 dB an octave) to white (0), min_snr_db..max_snr_db below the take; in a silent
    take at `silent_level_db` of full scale."""

    min_snr_db: float = Field(default=10.0, ge=-20, le=100)
    max_snr_db: float = Field(default=40.0, ge=-20, le=100)
    min_db_per_octave: float = Field(default=-6.0, ge=-12, le=6)
    max_db_per_octave: float = Field(default=0.0, ge=-12, le=6)
    silent_level_db: float = Field(default=-70.0, ge=-100, le=-20)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        samples, slope = take.samples, rng.uniform(self.min_db_per_octave, self.max_db_per_octave)
        noise = coloured_noise(len(samples), take.sample_rate, slope, rng)
        snr_db = rng.uniform(self.min_snr_db, self.max_snr_db)
        if is_silent(samples):
            return samples + noise * np.float32(amplitude(self.silent_level_db) / rms(noise))
        return samples + scaled_below(noise, samples, snr_db)


def coloured_noise(length: int, sample_rate: int, db_per_octave: float, rng: np.random.Generator) -> Samples:
    """float32 (length,), Gaussian, of no particular level: made as a spectrum, which saves the way there."""
    n_fft = scipy.fft.next_fast_len(length, real=True)
    octaves = _octaves(n_fft, sample_rate)
    parts = rng.standard_normal((2, len(octaves)), dtype=np.float32)
    spectrum = np.empty(len(octaves), dtype=np.complex64)
    spectrum.real, spectrum.imag = parts * amplitudes(octaves * np.float32(db_per_octave))
    spectrum[0] = 0
    noise: Samples = scipy.fft.irfft(spectrum, n_fft)[:length]
    return noise


@lru_cache(maxsize=8)
def _octaves(n_fft: int, sample_rate: int) -> NDArray[np.float32]:
    """float32 (n_fft // 2 + 1,), above FLAT_BELOW_HZ."""
    return np.log2(np.maximum(frequencies(n_fft, sample_rate), FLAT_BELOW_HZ) / FLAT_BELOW_HZ).astype(np.float32)


class Gain(SoundAugmentation):
    """Recordings differ in level.

    Louder or softer by min_db..max_db, uniform in dB. Nothing clips: samples beyond 1 stay what they are."""

    min_db: float = Field(default=-12.0, ge=-80, le=40)
    max_db: float = Field(default=6.0, ge=-80, le=40)

    def changed(self, take: Take, rng: np.random.Generator) -> Samples:
        return take.samples * amplitude(rng.uniform(self.min_db, self.max_db))


CodecName = Literal["mp3", "opus", "aac"]
_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(frozen=True, slots=True)
class CodecRoute:
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


ROUTES: Mapping[CodecName, CodecRoute] = MappingProxyType(
    {
        # The options trade a little quality for half of the encoder's time.
        "mp3": CodecRoute("libmp3lame", "mp3float", "fltp", _RATES, options={"compression_level": "7"}),
        "opus": CodecRoute("libopus", "opus", "flt", (48_000,), options={"compression_level": "5"}),
        "aac": CodecRoute("aac", "aac", "fltp", _RATES, delay=1_024, options={"aac_coder": "fast"}),
    }
)


class Codec(SoundAugmentation):
    """Most sound has been through a lossy codec, and a model that never heard one takes its traces for content.

    Encodes and decodes by one of `codecs` at min_kbps..max_kbps, uniform in octaves; nothing is shifted."""

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


def _through(route: CodecRoute, sample_rate: int, samples: Samples, bit_rate: int) -> Samples:
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


def filtered(samples: Samples, gains_of: Callable[[int], Gains]) -> Samples:
    """Filters by a frequency response, in one pass to the spectrum and back: in proportion faster than any recursion.

    float32 (n,), without phase shift; `gains_of(n_fft)` gives the gain of every frequency."""
    n_fft = scipy.fft.next_fast_len(len(samples), real=True)
    spectrum = scipy.fft.rfft(samples, n_fft)
    spectrum *= gains_of(n_fft)
    changed: Samples = scipy.fft.irfft(spectrum, n_fft)[: len(samples)]
    return changed


@lru_cache(maxsize=8)
def frequencies(n_fft: int, sample_rate: int) -> NDArray[np.float32]:
    """float32 (n_fft // 2 + 1,), Hz. Shared: not to be written to."""
    hertz = np.fft.rfftfreq(n_fft, 1 / sample_rate).astype(np.float32)
    hertz.flags.writeable = False
    return hertz


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """By the service's resampler: float32 (n,) -> float32 (about n * to_hz / from_hz,)."""
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate([resampler.push(samples), resampler.finish()])
