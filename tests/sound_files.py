"""Sound files of every kind that is accepted, encoded by code: the same samples as WAV, MP3, Opus, MP4 ..."""

import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""(frames,) or (channels, frames), in [-1, 1]."""

_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_OPUS_RATE = 48_000
_JPEG_START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
_VBR = {"flags": "qscale", "global_quality": str(2 * 118)}
"""LAME's V2, in FFmpeg's unit of quality."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a file is made, and what should be found in it. `rate` is set where the codec allows only one."""

    encode: Callable[[Samples, int], bytes]
    suffix: str
    container: str
    codec: str
    rate: int | None = None


def write_sound(target: Path, kind: str, samples: Samples, rate: int) -> Path:
    """Writes the samples as a file of this kind to `target`, or into it if it is a folder; returns the file's path."""
    path = target / f"{kind}.{KINDS[kind].suffix}" if target.is_dir() else target
    path.write_bytes(sound_bytes(kind, samples, rate))
    return path


def sound_bytes(kind: str, samples: Samples, rate: int) -> bytes:
    """The content of a file of this kind."""
    return KINDS[kind].encode(np.atleast_2d(samples).astype(np.float32), rate)


def id3v2(frames: Mapping[str, bytes]) -> bytes:
    """An ID3v2.3 tag."""
    body = b"".join(name.encode() + len(data).to_bytes(4, "big") + b"\0\0" + data for name, data in frames.items())
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body


def album_art(size: int = 100_000, seed: int = 0) -> bytes:
    """An ID3v2 tag with a picture of this many bytes; random ones hold what looks like MPEG frame headers."""
    picture = _JPEG_START + _random_bytes(size, seed)
    return id3v2({"TIT2": b"\0Title", "APIC": b"\0image/jpeg\0\x03\0" + picture})


def silent_video(seconds: float = 0.4) -> bytes:
    """An MP4 with pictures and no sound."""
    return encoded(np.zeros((1, 0), dtype=np.float32), 44_100, "mp4", None, picture_seconds=seconds)


def _random_bytes(size: int, seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8).tobytes()


def _soundfile(samples: Samples, rate: int, file_format: str, subtype: str, endian: str = "FILE") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples.T, rate, format=file_format, subtype=subtype, endian=endian)
    return file.getvalue()


def encoded(
    samples: Samples,
    rate: int,
    muxer: str,
    codec: str | None,
    *,
    codec_rate: int | None = None,
    codec_options: Mapping[str, str] | None = None,
    muxer_options: Mapping[str, str] | None = None,
    picture_seconds: float = 0.0,
) -> bytes:
    """By PyAV: any muxer and codec that FFmpeg has, with a video track where that is asked for."""
    with tempfile.TemporaryDirectory() as folder:  # a faststart MP4 is read again while it is written
        path = Path(folder) / "sound"
        with av.open(str(path), "w", format=muxer, container_options=dict(muxer_options or {})) as output:
            picture = output.add_stream("mpeg4", rate=10) if picture_seconds else None
            sound = _sound_stream(output, codec, codec_rate or rate, len(samples), codec_options) if codec else None
            if picture:
                _write_pictures(output, picture, round(10 * picture_seconds))
            if sound:
                _write_samples(output, sound, samples, rate)
        return path.read_bytes()


def _sound_stream(output: Any, codec: str, rate: int, channels: int, options: Mapping[str, str] | None) -> AudioStream:
    stream = cast(AudioStream, output.add_stream(codec, rate=rate, options=dict(options or {})))
    stream.layout = _LAYOUTS[channels]
    return stream


def _write_samples(output: Any, stream: AudioStream, samples: Samples, rate: int) -> None:
    packed = samples.T.reshape(1, -1)  # PyAV crashes on eight planes
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=_LAYOUTS[len(samples)])
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0  # without a time no edit list is written
    context = stream.codec_context
    resampler = av.AudioResampler(context.format, stream.layout, context.sample_rate, frame_size=context.frame_size)
    for ready in [*resampler.resample(frame), *resampler.resample(None)]:
        output.mux(stream.encode(ready))
    output.mux(stream.encode(None))


def _write_pictures(output: Any, stream: VideoStream, count: int) -> None:
    stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
    for number in range(count):
        pixels = np.full((32, 32, 3), 20 * number % 256, dtype=np.uint8)
        output.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
    output.mux(stream.encode(None))


def _between(samples: Samples, rate: int, before: bytes, after: bytes) -> bytes:
    return before + sound_bytes("mp3", samples, rate) + after


def _with_pictures(samples: Samples, rate: int) -> bytes:
    return encoded(samples, rate, "mp4", "aac", picture_seconds=samples.shape[1] / rate)


def _pcm(subtype: str, file_format: str = "WAV", suffix: str = "wav", endian: str = "FILE") -> Kind:
    encode = partial(_soundfile, file_format=file_format, subtype=subtype, endian=endian)
    return Kind(encode, suffix, suffix, subtype.lower())


def _lossy(suffix: str, muxer: str, codec: str, container: str, name: str, **options: Any) -> Kind:
    return Kind(partial(encoded, muxer=muxer, codec=codec, **options), suffix, container, name)


def _opus(suffix: str, muxer: str, container: str) -> Kind:
    encode = partial(encoded, muxer=muxer, codec="libopus", codec_rate=_OPUS_RATE)
    return Kind(encode, suffix, container, "opus", _OPUS_RATE)


def _mp3(before: bytes = b"", after: bytes = b"") -> Kind:
    return Kind(partial(_between, before=before, after=after), "mp3", "mp3", "mp3")


KINDS: Mapping[str, Kind] = {
    "wav_u8": _pcm("PCM_U8"),
    "wav_16": _pcm("PCM_16"),
    "wav_24": _pcm("PCM_24"),
    "wav_32": _pcm("PCM_32"),
    "wav_float": _pcm("FLOAT"),
    "wav_double": _pcm("DOUBLE"),
    "wav_extensible": _pcm("PCM_24", "WAVEX"),
    "wav_rf64": _pcm("PCM_16", "RF64"),
    "wav_big_endian": _pcm("PCM_16", endian="BIG"),
    "flac_16": Kind(partial(_soundfile, file_format="FLAC", subtype="PCM_16"), "flac", "flac", "flac"),
    "flac_24": Kind(partial(_soundfile, file_format="FLAC", subtype="PCM_24"), "flac", "flac", "flac"),
    "aiff": _pcm("PCM_16", "AIFF", "aiff"),
    "au": _pcm("PCM_16", "AU", "au"),
    "mp3": _lossy("mp3", "mp3", "libmp3lame", "mp3", "mp3"),
    "mp3_vbr": _lossy("mp3", "mp3", "libmp3lame", "mp3", "mp3", codec_options=_VBR),
    "mp3_vbr_no_xing": _lossy(
        "mp3", "mp3", "libmp3lame", "mp3", "mp3", codec_options=_VBR, muxer_options={"write_xing": "0"}
    ),
    "mp3_tagged": _mp3(before=album_art() + id3v2({"TIT2": b"\0Again"}), after=b"TAG" + b"Title".ljust(125, b"\0")),
    "mp3_trailing_garbage": _mp3(after=_random_bytes(50_000, seed=1)),
    "mp3_leading_garbage": _mp3(before=bytes(3_000) + _random_bytes(2_000, seed=2)),
    "ogg_vorbis": Kind(partial(_soundfile, file_format="OGG", subtype="VORBIS"), "ogg", "ogg", "vorbis"),
    "ogg_opus": _opus("opus", "ogg", "ogg"),
    "m4a_aac": _lossy("m4a", "ipod", "aac", "mp4", "aac"),
    "m4a_faststart": _lossy("m4a", "ipod", "aac", "mp4", "aac", muxer_options={"movflags": "+faststart"}),
    "m4a_alac": _lossy("m4a", "ipod", "alac", "mp4", "alac"),
    "aac": _lossy("aac", "adts", "aac", "aac", "aac"),
    "webm_opus": _opus("webm", "webm", "webm"),
    "mkv_opus": _opus("mkv", "matroska", "matroska"),
    "mp4_video": Kind(_with_pictures, "mp4", "mp4", "aac"),
}
