"""The codecs that are decoded, each under one name whoever decodes it: what is not listed is refused."""

from collections.abc import Mapping

from service.errors import UnsupportedFormat

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
"""By FFmpeg's names."""

SNDFILE_CODECS: Mapping[str, str] = {
    **{word.upper(): word for word in (*_PCM.values(), "ulaw", "alaw", "ima_adpcm", "ms_adpcm", "gsm610")},
    "VORBIS": "vorbis",
    "OPUS": "opus",
    "MPEG_LAYER_I": "mp1",
    "MPEG_LAYER_II": "mp2",
    "MPEG_LAYER_III": "mp3",
}
"""By libsndfile's names."""

FFMPEG_DECODERS = (*FFMPEG_CODECS, "mp3float", "mp2float", "mp1float", "libopus", "libvorbis")
"""What FFmpeg calls their decoders, of which a codec may have several."""


def codec_word(name: str, allowed: Mapping[str, str]) -> str:
    """Our name of the codec. Raises UnsupportedFormat if it is not allowed."""
    if name not in allowed:
        accepted = ", ".join(sorted(set(FFMPEG_CODECS.values())))
        raise UnsupportedFormat(f"The sound is in the codec {name.lower()}. Accepted are: {accepted}.")
    return allowed[name]
