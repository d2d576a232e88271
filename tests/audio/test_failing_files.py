import io
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from service.audio.accepted import Limits
from service.audio.sound import open_sound
from service.errors import FileUnreadable
from tests.audio.decoding import decode, refusal, stereo_file
from tests.audio.failing_files import HIDDEN_PATH, FailingFile, LosingFile, Named, ShortReads
from tests.sound_files import KINDS

SECONDS = 4.0
INDEX_AT_THE_END = {"m4a_aac", "m4a_alac", "mp4_video"}
KINDS_TO_TRY = sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS_TO_TRY)
@pytest.mark.parametrize("intact", [0, 10])
def test_a_file_that_cannot_be_read_at_all(kind: str, intact: int) -> None:
    message = refusal(FailingFile(stereo_file(kind, SECONDS), intact), FileUnreadable)
    assert message == f"The file could not be read beyond byte {intact}: input/output error."


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - INDEX_AT_THE_END))
def test_what_was_read_before_is_heard(kind: str) -> None:
    data = stereo_file(kind, 20)
    found = decode(FailingFile(data, len(data) * 3 // 4))
    assert 0.3 * 20 < found.seconds < 0.9 * 20
    told = [warning for warning in found.warnings if "could not be read beyond byte" in warning]
    assert len(told) == 1
    assert "input/output error" in told[0]
    assert HIDDEN_PATH not in " ".join(found.warnings)
    assert not any("end is missing" in warning for warning in found.warnings)


@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("kind", KINDS_TO_TRY)
def test_a_connection_that_is_lost(kind: str, share: float) -> None:
    data = stereo_file(kind, SECONDS)
    try:
        told = " ".join(decode(LosingFile(data, round(share * len(data)))).warnings)
    except FileUnreadable as error:
        told = error.detail
    assert "could not be read beyond byte" in told
    assert HIDDEN_PATH not in told


@pytest.mark.parametrize("kind", sorted(INDEX_AT_THE_END))
def test_an_index_that_cannot_be_read(kind: str) -> None:
    data = stereo_file(kind, SECONDS)
    assert "could not be read" in refusal(FailingFile(data, len(data) // 2), FileUnreadable)


@pytest.mark.parametrize("error", [ValueError("/secret/path"), EOFError("/secret/path"), RuntimeError("/secret/path")])
def test_errors_of_other_kinds(error: Exception) -> None:
    assert HIDDEN_PATH not in refusal(FailingFile(stereo_file("flac_16", 1), 100, error), FileUnreadable)
    found = decode(FailingFile(stereo_file("wav_16", 10), 1_000_000, error))
    assert "beyond byte 1000000" in " ".join(found.warnings)


def test_a_file_of_text() -> None:
    refusal(io.StringIO("RIFF"), FileUnreadable)  # type: ignore[arg-type]


def test_a_closed_file() -> None:
    file = io.BytesIO(stereo_file("wav_16", 1))
    file.close()
    assert "closed" in refusal(file, FileUnreadable)


def test_a_file_that_is_closed_meanwhile() -> None:
    file = io.BytesIO(stereo_file("mp3", 60))
    with open_sound(file, Limits()) as sound:
        blocks = sound.mono_blocks()
        next(blocks)
        file.close()
        list(blocks)
        assert any("file object is closed" in warning for warning in sound.warnings())


def test_a_file_that_is_open_for_writing(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(stereo_file("wav_16", 1))
    with path.open("ab") as file:
        refusal(file, FileUnreadable)


@pytest.mark.parametrize("kind", ["wav_16", "flac_16", "aiff", "mp3"])
def test_a_descriptor_that_fails_on_the_way(kind: str, tmp_path: Path) -> None:
    """libsndfile reads by itself where there is a bare descriptor."""
    path = tmp_path / "sound"
    path.write_bytes(stereo_file(kind, 30))
    with io.FileIO(path) as file, open_sound(file, Limits()) as sound:
        blocks = sound.mono_blocks()
        next(blocks)
        unreadable = os.open(path, os.O_WRONLY)
        os.dup2(unreadable, file.fileno())
        os.close(unreadable)
        list(blocks)
        assert 0 < sound.decoded_seconds < 30
        told = " ".join(sound.warnings())
        assert "could not be read" in told or "could be decoded" in told


@pytest.mark.parametrize("kind", KINDS_TO_TRY)
def test_a_file_that_gives_little_at_a_time(kind: str) -> None:
    data = stereo_file(kind, 1)
    found, expected = decode(ShortReads(data)), decode(data)
    assert found.warnings == expected.warnings
    np.testing.assert_array_equal(found.mono, expected.mono)


@pytest.mark.parametrize("name", ["x.raw", "x.mp3", "x.ogg", "x", "", "/dev/null"])
@pytest.mark.parametrize("kind", ["wav_16", "flac_16", "mp3"])
def test_a_name_decides_nothing(kind: str, name: str) -> None:
    assert decode(Named(stereo_file(kind, 1), name)).container == KINDS[kind].container


def test_an_open_file_of_any_name() -> None:
    with tempfile.NamedTemporaryFile(suffix=".raw") as file:
        file.write(stereo_file("wav_16", 1))
        assert decode(file).seconds == 1
