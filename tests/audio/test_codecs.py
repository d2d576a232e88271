import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.audio.accepted import FFMPEG_CODECS, SNDFILE_CODECS
from service.errors import UnsupportedFormat
from tests.audio.decoding import amplitude, decode, refusal, stereo
from tests.sound_files import encoded

RATE = 48_000
DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"


@pytest.mark.parametrize(
    ("muxer", "encoder", "name"),
    [
        ("matroska", "ac3", "ac3"),
        ("mp4", "eac3", "eac3"),
        ("matroska", "mp2", "mp2"),
        ("matroska", "pcm_s16le", "pcm_16"),
        ("mov", "pcm_s24be", "pcm_24"),
        ("mp4", "alac", "alac"),
        ("ogg", "flac", "flac"),
    ],
)
def test_the_codecs_of_videos(muxer: str, encoder: str, name: str) -> None:
    found = decode(encoded(stereo(2, RATE), RATE, muxer, encoder))
    assert found.codec == name
    assert found.warnings == ()
    assert amplitude(found.mono, 440, RATE) == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("muxer", "encoder", "name"),
    [
        ("matroska", "tta", "tta"),
        ("wav", "adpcm_yamaha", "adpcm_yamaha"),
    ],
)
def test_exotic_codecs_are_refused_by_name(muxer: str, encoder: str, name: str) -> None:
    message = refusal(encoded(stereo(1, RATE), RATE, muxer, encoder), UnsupportedFormat)
    assert f"in the codec {name}." in message
    assert "aac, ac3, alac" in message


@pytest.mark.parametrize("subtype", ["G721_32", "G723_24"])
def test_what_only_libsndfile_knows_is_refused_too(subtype: str) -> None:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(8_000), 8_000, format="AU", subtype=subtype)
    assert subtype.lower() in refusal(file.getvalue(), UnsupportedFormat)


def test_every_codec_is_documented() -> None:
    beginning = "The answer names one of these codecs, whichever decoder was used: "
    [paragraph] = [part for part in DOCUMENT.read_text("utf-8").split("\n\n") if part.startswith(beginning)]
    listed = paragraph.removeprefix(beginning).rstrip(".").replace("`", "").replace("\n", " ").split(", ")
    assert listed == sorted({*FFMPEG_CODECS.values(), *SNDFILE_CODECS.values()})
