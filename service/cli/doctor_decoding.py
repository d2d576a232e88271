"""What can be decoded here: a tiny sound is made in each format and read by the service's own code."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import av
import numpy as np
import soundfile

from service.audio.accepted import Limits
from service.audio.containers import CONTAINERS
from service.audio.decoded import Samples
from service.audio.sound import open_sound
from service.cli.doctor_checks import Finding
from service.errors import EarmarkError

TOPIC = "decoding"
RATE = 48_000
"""Every codec has it; Opus has little else."""
_SECONDS = 0.25
_HERTZ = 1_000
_LEAST_PEAK = 0.1
"""The peak that is left of a tone of 0.5: lossy codecs keep nearly all of it, a decoder that fails silently none."""
_REMEDY = "Reinstall Earmark's packages; `pip check` names what does not fit together."


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How a file of a container is made; `codec` as the service calls it."""

    container: str
    codec: str
    make: Callable[[], bytes]


def decoding() -> Iterator[Finding]:
    """One finding for each container that is accepted."""
    libsndfile, ffmpeg = soundfile.__libsndfile_version__, av.ffmpeg_version_info
    yield Finding(TOPIC, "ok", f"libsndfile {libsndfile}, FFmpeg {ffmpeg} (PyAV {av.__version__})")
    for container in CONTAINERS:
        yield _of_container(container.name, [recipe for recipe in _RECIPES if recipe.container == container.name])


def _of_container(name: str, recipes: list[_Recipe]) -> Finding:
    decoded, unmade, failures = [], [], []
    for recipe in recipes:
        try:
            content = recipe.make()
        except (soundfile.LibsndfileError, av.FFmpegError, ValueError):  # this build only decodes it
            unmade.append(recipe.codec)
            continue
        failure = _failure(content, recipe)
        if failure:
            failures.append(f"{recipe.codec}: {failure}")
        else:
            decoded.append(recipe.codec)
    says = f"{name}: {', '.join(decoded) or 'nothing'} decoded"
    if failures:
        return Finding(TOPIC, "broken", f"{says}; {' '.join(failures)}", _REMEDY)
    if unmade:
        return Finding(TOPIC, "ok", f"{says}; {', '.join(unmade)} not tried: nothing here encodes it")
    return Finding(TOPIC, "ok", says)


def _failure(content: bytes, recipe: _Recipe) -> str | None:
    """A sentence, unless the sound comes out as it went in."""
    try:
        with open_sound(io.BytesIO(content), Limits()) as sound:
            samples = np.concatenate([block.copy() for block in sound.mono_blocks()])
            found = sound.container.name, sound.codec
    except EarmarkError as error:
        return error.detail
    if found != (recipe.container, recipe.codec):
        return f"It was taken for {found[0]} with {found[1]}."
    if np.abs(samples).max() < _LEAST_PEAK or len(samples) < _SECONDS * RATE / 2:
        return "What was decoded is not the sound that was encoded."
    return None


def _tone() -> Samples:
    """float32 (n,)"""
    time = np.arange(round(_SECONDS * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * _HERTZ * time)).astype(np.float32)


def _by_soundfile(container: str, file_format: str, subtype: str, codec: str) -> _Recipe:
    def make() -> bytes:
        file = io.BytesIO()
        soundfile.write(file, _tone(), RATE, format=file_format, subtype=subtype)
        return file.getvalue()

    return _Recipe(container, codec, make)


def _by_av(container: str, muxer: str, encoder: str, codec: str, options: Mapping[str, str] | None = None) -> _Recipe:
    def make() -> bytes:
        file = io.BytesIO()
        with av.open(file, "w", format=muxer) as output:
            stream = output.add_stream(encoder, rate=RATE, options=dict(options or {}))
            assert isinstance(stream, av.AudioStream)
            stream.layout = "mono"
            frame = av.AudioFrame.from_ndarray(_tone()[None], format="flt", layout="mono")
            frame.sample_rate = RATE
            context = stream.codec_context
            resampler = av.AudioResampler(context.format, "mono", RATE, frame_size=context.frame_size)
            for ready in [*resampler.resample(frame), *resampler.resample(None)]:
                output.mux(stream.encode(ready))
            output.mux(stream.encode(None))
        return file.getvalue()

    return _Recipe(container, codec, make)


_RECIPES = (
    _by_soundfile("wav", "WAV", "PCM_16", "pcm_16"),
    _by_soundfile("flac", "FLAC", "PCM_16", "flac"),
    _by_soundfile("aiff", "AIFF", "PCM_16", "pcm_16"),
    _by_soundfile("au", "AU", "PCM_16", "pcm_16"),
    _by_soundfile("ogg", "OGG", "VORBIS", "vorbis"),
    _by_av("ogg", "ogg", "libopus", "opus"),
    _by_av("mp3", "mp3", "libmp3lame", "mp3"),
    _by_av("mp4", "mp4", "aac", "aac"),
    _by_av("mp4", "mp4", "alac", "alac"),
    _by_av("aac", "adts", "aac", "aac"),
    _by_av("webm", "webm", "libopus", "opus"),
    _by_av("matroska", "matroska", "libopus", "opus"),
)
