import numpy as np
import pytest

from service.errors import NoAudioTrack, UndecodableAudio, UnsupportedFormat
from tests.audio.decoding import RATE, amplitude, decode, patched, refusal, stereo, stereo_file
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


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [22_050, RATE])
def test_a_track_that_changes_on_the_way_is_heard_to_its_end(channels: int, rate: int) -> None:
    """As in radio recordings, where programme and advertisement were joined frame by frame."""
    joined = stereo_file("mp3", 2) + sound_bytes("mp3", np.stack([tone(440, 2, rate)] * channels), rate)
    found = decode(joined)
    assert found.channels == 2
    assert found.seconds == pytest.approx(4, abs=0.15)
    assert not any("breaks off" in warning for warning in found.warnings)
    expected = 0.2 if channels == 2 else 0.2 / 2**0.5  # FFmpeg puts a mono source in the middle at -3 dB
    assert amplitude(found.mono[3 * RATE : 3 * RATE + RATE // 2], 440, RATE) == pytest.approx(expected, abs=0.02)


def test_no_whole_frame() -> None:
    assert "looks like aac" in refusal(stereo_file("aac", 1)[:100], UndecodableAudio)
