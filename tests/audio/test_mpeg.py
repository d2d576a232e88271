import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio import mpeg
from tests.audio.decoding import stereo_file
from tests.sound_files import album_art, id3v2

MP3_128K_44100 = b"\xff\xfb\x90\x00"


def test_the_length_of_mp3_frames() -> None:
    """By the textbook: 144 * 128000 / 44100 is 417 bytes, and one more where padded."""
    assert mpeg.mp3_frame_bytes(MP3_128K_44100) == 417
    assert mpeg.mp3_frame_bytes(b"\xff\xfb\x92\x00") == 418
    assert mpeg.mp3_frame_bytes(b"\xff\xf3\x40\x00") == 72 * 32_000 // 22_050  # MPEG 2: half the samples
    assert mpeg.mp3_frame_bytes(b"\xff\xff\x10\x00") == 12 * 32_000 // 44_100 * 4  # layer I


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xff\xfb\x90",
        b"\xfe\xfb\x90\x00",
        b"\xff\xeb\x90\x00",  # the version that is reserved
        b"\xff\xf9\x90\x00",  # the layer that is reserved
        b"\xff\xfb\xf0\x00",  # the bit rate that is invalid
        b"\xff\xfb\x00\x00",  # free format
        b"\xff\xfb\x9c\x00",  # the sample rate that is reserved
    ],
)
def test_what_is_no_mp3_header(header: bytes) -> None:
    assert mpeg.mp3_frame_bytes(header) == 0


@given(st.binary(max_size=3_000))
def test_no_bytes_upset_the_scanner(data: bytes) -> None:
    assert mpeg.find_stream(data) in {None, "mp3", "aac"}
    assert mpeg.id3_tag_bytes(data) >= 0
    assert mpeg.mp3_frame_bytes(data) >= 0
    assert mpeg.adts_frame_bytes(data) >= 0
    mpeg.xing_bytes(data)


@given(st.binary(min_size=7, max_size=7))
def test_frames_are_longer_than_their_headers(tail: bytes) -> None:
    """Or else the scanner would not come forward."""
    header = b"\xff" + tail
    assert mpeg.adts_frame_bytes(header) == 0 or mpeg.adts_frame_bytes(header) > 7
    assert mpeg.mp3_frame_bytes(header) == 0 or mpeg.mp3_frame_bytes(header) >= 4


@given(st.binary(max_size=500).filter(lambda padding: b"\xff" not in padding))
def test_frames_are_found_behind_anything(padding: bytes) -> None:
    assert mpeg.find_stream(padding + stereo_file("mp3", 0.3)) == "mp3"
    assert mpeg.find_stream(padding + stereo_file("aac", 0.3)) == "aac"


def test_one_frame_alone_counts_only_at_the_start() -> None:
    frame = MP3_128K_44100 + bytes(413)
    assert mpeg.find_stream(frame) == "mp3"
    assert mpeg.find_stream(frame[:200]) == "mp3"
    assert mpeg.find_stream(b"\0" + frame) is None
    assert mpeg.find_stream(b"\0" + 3 * frame) == "mp3"


@given(st.binary(max_size=100_000))
def test_the_length_of_an_id3_tag_is_where_the_sound_begins(picture: bytes) -> None:
    tag = id3v2({"APIC": picture})
    assert mpeg.id3_tag_bytes(tag + b"sound") == len(tag)


def test_what_is_no_id3_tag() -> None:
    assert mpeg.id3_tag_bytes(b"ID3\x04\0\0\x80\0\0\0") == 0  # sizes have seven bits a byte
    assert mpeg.id3_tag_bytes(b"ID3\x04\0\0") == 0
    assert mpeg.id3_tag_bytes(b"ID4\x04\0\0\0\0\0\0") == 0
    assert mpeg.id3_tag_bytes(b"ID3\x04\0\x10\0\0\x01\0") == 10 + 128 + 10  # with a footer


def test_the_xing_header_knows_the_length() -> None:
    whole = stereo_file("mp3", 0.3)
    tag_bytes = mpeg.id3_tag_bytes(whole)
    assert mpeg.xing_bytes(whole[tag_bytes:]) == len(whole) - tag_bytes
    assert mpeg.xing_bytes(stereo_file("mp3_vbr_no_xing", 0.3)) is None
    assert mpeg.id3_tag_bytes(album_art()) > 65_536
