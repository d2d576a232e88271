import io
import re
import struct
from functools import cache

import pytest

from service.audio.containers import cut_sign, sniff
from service.audio.guarded_file import GuardedFile
from service.errors import AudioError, UndecodableAudio
from tests.audio.decoding import RATE, decode, patched, refusal, stereo, stereo_file
from tests.sound_files import KINDS, album_art, sound_bytes
from tests.tones import noise

SECONDS = 6.0
INDEX_AT_THE_END = {"m4a_aac", "m4a_alac", "mp4_video"}
"""Without their end nothing can be found in them."""
MUTE = {"mp3_vbr_no_xing", "mp3_leading_garbage"}
"""Nothing in them says how long they are; a cut between frames leaves no trace."""


@cache
def noisy_file(kind: str) -> bytes:
    """With something to encode all the time: of a mere tone, Vorbis packs seconds into one page."""
    return sound_bytes(kind, stereo(SECONDS) + noise(SECONDS, RATE), RATE)


def cut(kind: str, share: float) -> bytes:
    whole = noisy_file(kind)
    before = len(album_art()) if kind == "mp3_tagged" else 0  # most of the file
    behind = 50_000 if kind == "mp3_trailing_garbage" else 0
    return whole[: before + round(share * (len(whole) - before - behind))]


@pytest.mark.parametrize("share", [0.5, 0.25])
@pytest.mark.parametrize("kind", sorted(KINDS.keys() - INDEX_AT_THE_END - MUTE))
def test_what_is_left_is_heard_and_the_loss_is_told(kind: str, share: float) -> None:
    found = decode(cut(kind, share))
    assert found.seconds == pytest.approx(share * SECONDS, abs=1.1)  # an Ogg page lasts up to a second
    told = " ".join(found.warnings)
    if kind == "aac":  # not even an announced length: only its last frame is broken
        assert "Damaged pieces of the file were skipped: 1" in told
    else:
        assert re.search(rf"{found.seconds:.1f} s could be decoded", told)


@pytest.mark.parametrize("kind", sorted(INDEX_AT_THE_END))
def test_an_index_that_is_missing(kind: str) -> None:
    message = refusal(cut(kind, 0.5), UndecodableAudio)
    assert "The index, which stands at the end of most MP4 files, is missing." in message
    assert "recording never finished" in message


@pytest.mark.parametrize("kind", sorted(MUTE))
def test_what_tells_nothing_is_heard_all_the_same(kind: str) -> None:
    assert decode(cut(kind, 0.5)).seconds == pytest.approx(SECONDS / 2, abs=0.5)


@pytest.mark.parametrize("length", [1, 4, 8, 12, 20, 30, 44, 60, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_within_the_header(kind: str, length: int) -> None:
    """Refused with a reason, or a few samples of sound with a warning."""
    data = stereo_file(kind, SECONDS)[:length]
    try:
        assert decode(data).warnings
    except AudioError:
        refusal(data, refused_as(data))


def refused_as(data: bytes) -> type[AudioError]:
    with pytest.raises(AudioError) as caught:
        decode(data)
    assert caught.value.status in {415, 422}
    return type(caught.value)


def test_a_cut_mp3_names_its_bytes() -> None:
    data = cut("mp3", 0.5)
    [warning] = decode(data).warnings
    whole = noisy_file("mp3")
    assert f"announces {len(whole)} bytes, the file has {len(data)}" in warning
    assert "could be decoded" in warning


@pytest.mark.parametrize("total", [0, 2**36 - 1, 2**35])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_a_flac_that_lies_about_its_length(total: int, share: float) -> None:
    flac = stereo_file("flac_16", SECONDS)
    lying = patched(flac, 8 + 13, bytes([flac[8 + 13] & 0xF0 | total >> 32]) + struct.pack(">I", total & 0xFFFFFFFF))
    found = decode(lying[: round(share * len(lying))])
    assert found.seconds == pytest.approx(share * SECONDS, abs=0.2)
    claims_days = any(f"{total / 44_100:.1f} s" in warning for warning in found.warnings)
    assert claims_days is (total > 0)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("riff_size", [None, 0, 0xFFFFFFFF])
def test_a_wav_whose_recorder_never_filled_in_the_header(size: int, riff_size: int | None) -> None:
    wav = stereo_file("wav_16", SECONDS)
    wav = patched(wav, wav.find(b"data") + 4, struct.pack("<I", size))
    if riff_size is not None:
        wav = patched(wav, 4, struct.pack("<I", riff_size))
    found = decode(wav)
    assert found.seconds == pytest.approx(SECONDS, abs=0.1)
    assert found.warnings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_shows_no_sign_and_is_left_at_its_beginning(kind: str) -> None:
    file = GuardedFile(io.BytesIO(stereo_file(kind, SECONDS)))
    assert cut_sign(file, sniff(file)) is None
    assert file.tell() == 0
