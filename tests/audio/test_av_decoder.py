import numpy as np
import pytest

from service.errors import NoAudioTrack, UndecodableAudio, UnsupportedFormat
from tests.audio.decoding import RATE, decode, patched, refusal, stereo, stereo_file
from tests.sound_files import encoded, silent_video, sound_bytes
from tests.tones import tone

CENC = {
    "encryption_scheme": "cenc-aes-ctr",
    "encryption_key": "00112233445566778899aabbccddeeff",
    "encryption_kid": "ffeeddccbbaa99887766554433221100",
}


def with_sample_entry(tag: bytes) -> bytes:
    """An M4A that calls its codec by another name."""
    whole = stereo_file("m4a_aac", 1)
    return patched(whole, whole.find(b"mp4a", whole.find(b"stsd")), tag)


def test_a_video_without_sound() -> None:
    assert "video" in refusal(silent_video(), NoAudioTrack)


def test_an_encrypted_track() -> None:
    encrypted = encoded(stereo(3), RATE, "mp4", "aac", muxer_options=CENC)
    assert b"enca" in encrypted
    assert "DRM" in refusal(encrypted, UnsupportedFormat)


@pytest.mark.parametrize("tag", [b"drms", b"enca"])
def test_a_track_that_only_a_shop_s_player_can_read(tag: bytes) -> None:
    assert "DRM" in refusal(with_sample_entry(tag), UnsupportedFormat)


@pytest.mark.parametrize("tag", [b"zzzz", b"\xff\xfe\x80\x00"])
def test_a_tag_that_no_one_knows_does_not_matter_while_the_codec_is_told_elsewhere(tag: bytes) -> None:
    assert decode(with_sample_entry(tag)).codec == "aac"


def test_an_unknown_codec() -> None:
    unknown = stereo_file("mkv_opus", 1).replace(b"A_OPUS", b"A_ZZZZ")
    assert "unknown codec" in refusal(unknown, UnsupportedFormat)


@pytest.mark.parametrize("kind", ["ogg_opus", "mkv_opus", "webm_opus", "m4a_aac", "aac"])
def test_eight_channels_are_no_plane_too_many(kind: str) -> None:
    """PyAV reads a ninth plane, and takes the process with it."""
    samples = np.stack([tone(300, 1, 48_000)] * 8)
    assert decode(sound_bytes(kind, samples, 48_000)).channels == 8


def test_a_damaged_flac_of_eight_channels_goes_the_same_way() -> None:
    whole = sound_bytes("flac_16", np.stack([tone(300, 3, 48_000)] * 8), 48_000)
    cut = decode(whole[: len(whole) // 2])
    assert cut.damaged_packets == 1
    assert cut.seconds == pytest.approx(1.5, abs=0.1)


def test_frames_that_do_not_fit_the_first_ones_end_the_sound() -> None:
    joined = stereo_file("mp3", 2) + sound_bytes("mp3", tone(440, 2, RATE), RATE)
    found = decode(joined)
    assert found.seconds >= 2
    assert found.channels == 2


def test_what_was_gathered_before_a_failure_is_delivered() -> None:
    joined = stereo_file("mp3", 2) + sound_bytes("mp3", tone(440, 2, 22_050), 22_050)
    assert decode(joined).seconds == pytest.approx(2, abs=0.1)


def test_no_whole_frame() -> None:
    assert "looks like aac" in refusal(stereo_file("aac", 1)[:100], UndecodableAudio)
