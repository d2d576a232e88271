import io
from collections.abc import Callable
from pathlib import Path

import pytest

from service.audio.guarded_file import Source
from tests.audio.decoding import LEFT_HZ, RATE, RIGHT_HZ, amplitude, decode, stereo_file
from tests.sound_files import KINDS

SECONDS = 2.5
PADDING_SECONDS = 0.1


def as_path(path: Path) -> Source:
    return path


def as_text(path: Path) -> Source:
    return str(path)


def as_open_file(path: Path) -> Source:
    return path.open("rb")


def as_bytes(path: Path) -> Source:
    return io.BytesIO(path.read_bytes())


def as_bytes_read_before(path: Path) -> Source:
    file = io.BytesIO(path.read_bytes())
    file.read()
    return file


@pytest.mark.parametrize("source", [as_path, as_text, as_open_file, as_bytes, as_bytes_read_before])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_by_its_content(kind: str, source: Callable[[Path], Source], tmp_path: Path) -> None:
    misnamed = tmp_path / ("song.wav" if kind.startswith("mp3") else "song.mp3")
    misnamed.write_bytes(stereo_file(kind, SECONDS))
    opened = source(misnamed)
    found = decode(opened)
    expected = KINDS[kind]
    assert (found.container, found.codec, found.channels) == (expected.container, expected.codec, 2)
    assert found.sample_rate == (expected.rate or RATE)
    assert found.seconds == pytest.approx(SECONDS, abs=PADDING_SECONDS)
    assert len(found.mono) == round(found.seconds * found.sample_rate)
    if isinstance(opened, io.IOBase):
        assert not opened.closed  # who opened it closes it
        opened.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_comes_through(kind: str) -> None:
    found = decode(stereo_file(kind, SECONDS))
    for hertz in (LEFT_HZ, RIGHT_HZ):
        assert amplitude(found.mono, hertz, found.sample_rate) == pytest.approx(0.1, rel=0.1)
    assert amplitude(found.mono, 1_000, found.sample_rate) < 0.001


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "garbage" not in kind])
def test_whole_files_give_no_warnings(kind: str) -> None:
    found = decode(stereo_file(kind, SECONDS))
    assert found.warnings == ()


def test_garbage_behind_the_sound_is_told_of() -> None:
    found = decode(stereo_file("mp3_trailing_garbage", SECONDS))
    assert any("Damaged pieces" in warning or "breaks off" in warning for warning in found.warnings)
