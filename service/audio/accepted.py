"""What is accepted: how long, wide and fast a sound may be, and the codecs that are decoded.

An upload is hostile: a small file may hold a long, wide or oddly sampled sound. What is not listed here is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from service.errors import TooLong, UnsupportedChannels, UnsupportedFormat, UnsupportedSampleRate


@dataclass(frozen=True, slots=True)
class Limits:
    max_channels: int = 8
    """7.1 surround; one hour of eight channels already decodes from 1 MB to 5 GB."""
    min_sample_rate_hz: int = 4_000
    """Below it nothing is left that the models could tell apart."""
    max_sample_rate_hz: int = 192_000
    """The highest rate that recorders offer; anything above costs time and carries no sound."""
    max_duration_seconds: float = 4 * 3600.0
    """A long concert; two hours of silent FLAC are 176 KB, so bytes alone are no limit."""

    def check_layout(self, channels: int, sample_rate: int) -> None:
        """Raises UnsupportedChannels or UnsupportedSampleRate."""
        if not 1 <= channels <= self.max_channels:
            raise UnsupportedChannels(f"The file has {channels} channels; 1 to {self.max_channels} are accepted.")
        if not self.min_sample_rate_hz <= sample_rate <= self.max_sample_rate_hz:
            raise UnsupportedSampleRate(
                f"The sample rate is {sample_rate} Hz; "
                f"{self.min_sample_rate_hz} to {self.max_sample_rate_hz} Hz are accepted."
            )

    def check_duration(self, decoded_seconds: float, claimed_seconds: float | None) -> None:
        """Counts what was decoded; the header only helps to say how long the file claims to be. Raises TooLong."""
        if decoded_seconds <= self.max_duration_seconds:
            return
        length = "lasts longer than that"
        if claimed_seconds is not None and claimed_seconds > self.max_duration_seconds:
            length = f"lasts {claimed_seconds:.1f} s by its header"
        raise TooLong(
            f"At most {self.max_duration_seconds:.0f} s of sound are accepted; this file {length}. "
            "Cut it, or analyse its beginning with end_seconds."
        )


_PCM = {
    "pcm_u8": "pcm_u8",
    "pcm_s8": "pcm_s8",
    "pcm_s16": "pcm_16",
    "pcm_s24": "pcm_24",
    "pcm_s32": "pcm_32",
    "pcm_f32": "float",
    "pcm_f64": "double",
}

FFMPEG_CODECS: Mapping[str, str] = {
    **{name + order: word for name, word in _PCM.items() for order in ("", "le", "be")},
    "pcm_mulaw": "ulaw",
    "pcm_alaw": "alaw",
    "adpcm_ima_wav": "ima_adpcm",
    "adpcm_ima_qt": "ima_adpcm",
    "adpcm_ms": "ms_adpcm",
    "gsm_ms": "gsm610",
    **{name: name for name in ("flac", "alac", "mp3", "mp2", "mp1", "vorbis", "opus", "aac", "ac3", "eac3")},
}
"""FFmpeg's name of each codec -> our name, which is the same whichever library decodes it."""

SNDFILE_CODECS: Mapping[str, str] = {
    **{word.upper(): word for word in (*_PCM.values(), "ulaw", "alaw", "ima_adpcm", "ms_adpcm", "gsm610")},
    "VORBIS": "vorbis",
    "OPUS": "opus",
    "MPEG_LAYER_I": "mp1",
    "MPEG_LAYER_II": "mp2",
    "MPEG_LAYER_III": "mp3",
}
"""libsndfile's name of each codec -> our name."""

FFMPEG_DECODERS = (*FFMPEG_CODECS, "mp3float", "mp2float", "mp1float", "libopus", "libvorbis")
"""FFmpeg's names of the decoders for these codecs; a codec may have several."""


def codec_word(name: str, allowed: Mapping[str, str]) -> str:
    """Our name of the codec. Raises UnsupportedFormat if it is not allowed."""
    if name not in allowed:
        accepted = ", ".join(sorted(set(FFMPEG_CODECS.values())))
        raise UnsupportedFormat(f"The sound is in the codec {name.lower()}. Accepted are: {accepted}.")
    return allowed[name]


Encoding = Literal["pcm_s16le", "pcm_f32le"]
"""Encoding of a live stream's samples."""

_SAMPLE_BYTES: dict[Encoding, int] = {"pcm_s16le": 2, "pcm_f32le": 4}


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """Bare samples as a live stream brings them: interleaved, little-endian, without a header."""

    encoding: Encoding
    sample_rate: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        """One sample of every channel."""
        return self.channels * _SAMPLE_BYTES[self.encoding]
