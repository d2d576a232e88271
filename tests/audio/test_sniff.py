import io
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.containers import CONTAINERS, MAX_TAGS, sniff
from service.errors import UnsupportedFormat
from tests.audio.decoding import decode, refusal, stereo_file
from tests.sound_files import KINDS, album_art, id3v2

NOT_AUDIO = {
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
    "GIF": b"GIF89a" + bytes(500),
    "PDF": b"%PDF-1.7\n" + bytes(500),
    "ZIP": b"PK\x03\x04" + bytes(500),
    "gzip": b"\x1f\x8b\x08" + bytes(500),
    "HTML": b"<!DOCTYPE html><html>",
    "JSON": b'{"detail": "not found"}',
    "MIDI": b"MThd\0\0\0\6" + bytes(50),
    "AMR": b"#!AMR\n" + bytes(50),
    "Windows Media": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(50),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_known_and_the_file_is_left_at_its_beginning(kind: str) -> None:
    file = io.BytesIO(stereo_file(kind, 0.3))
    assert sniff(file).name == KINDS[kind].container
    assert file.tell() == 0


@pytest.mark.parametrize("what", NOT_AUDIO)
def test_what_is_no_audio_is_named(what: str, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(NOT_AUDIO[what])
    message = refusal(path, UnsupportedFormat)
    assert what in message
    for container in CONTAINERS:
        assert container.name in message


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"Dear diary,\n" * 300, "44 65 61 72"),
        (b"\xff", "begins with bytes ff"),
        (bytes(100_000), "00 00 00 00"),
        (b"RIFF\x24\0\0\0AVI LIST", "52 49 46 46"),
        (b"RIFF", "52 49 46 46"),
    ],
)
def test_what_is_not_known_shows_its_first_bytes(data: bytes, hint: str) -> None:
    assert hint in refusal(data, UnsupportedFormat)


def test_a_file_that_ends_within_its_tag() -> None:
    message = refusal(album_art()[:5_000], UnsupportedFormat)
    assert str(len(album_art())) in message
    assert "5000" in message


@pytest.mark.parametrize("kind", ["mp3", "aac", "flac_16"])
def test_tags_before_the_sound_are_passed_over(kind: str) -> None:
    tags = album_art() + (MAX_TAGS - 2) * id3v2({"TIT2": b"\0Title"})  # the last one is the encoder's own
    assert sniff(io.BytesIO(tags + stereo_file(kind, 0.3))).name == KINDS[kind].container


@pytest.mark.parametrize("kind", KINDS)
def test_behind_a_tag_every_kind_is_the_same(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "sound"
    path.write_bytes(album_art() + stereo_file(kind, 3))
    expected, found, by_callback = decode(stereo_file(kind, 3)), decode(path), decode(path.read_bytes())
    assert found.warnings == by_callback.warnings == expected.warnings
    assert (found.container, found.codec, found.seconds) == (expected.container, expected.codec, expected.seconds)
    np.testing.assert_array_equal(found.mono, expected.mono)
    np.testing.assert_array_equal(by_callback.mono, expected.mono)


def test_a_stored_song_in_an_archive_is_an_archive() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("song.mp3", stereo_file("mp3", 3))
    assert "ZIP" in refusal(file.getvalue(), UnsupportedFormat)


@pytest.mark.parametrize("start", [b"<", b"{"])
def test_one_odd_byte_before_a_song_makes_no_text_of_it(start: bytes) -> None:
    assert sniff(io.BytesIO(start + stereo_file("mp3_vbr_no_xing", 1))).name == "mp3"


def test_a_chain_of_tags_has_an_end() -> None:
    refusal(10_000 * id3v2({}), UnsupportedFormat)


@given(st.binary(max_size=2_000))
def test_random_bytes_are_a_container_or_refused(data: bytes) -> None:
    with suppress(UnsupportedFormat):
        assert sniff(io.BytesIO(data)) in CONTAINERS
