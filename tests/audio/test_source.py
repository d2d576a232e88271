import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from service.audio.guarded_file import open_source
from service.errors import EmptyFile, FileMissing, FileUnreadable, NotAFile
from tests.audio.decoding import refusal, stereo_file

NOBODY = 65534
READ_AS_NOBODY = f"""
import os, sys
from pathlib import Path
from service.audio.guarded_file import open_source
from service.errors import EarmarkError
if os.getuid() == 0:
    os.setuid({NOBODY})
try:
    with open_source(Path(sys.argv[1])):
        pass
except EarmarkError as error:
    print(type(error).__name__, error.status, error.detail)
"""


class Stream(io.BytesIO):
    """What comes from a pipe or a socket."""

    def seekable(self) -> bool:
        return False


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    assert "0 bytes" in refusal(path, EmptyFile)
    assert "0 bytes" in refusal(b"", EmptyFile)


def test_a_missing_file(tmp_path: Path) -> None:
    refusal(tmp_path / "missing.wav", FileMissing)
    (tmp_path / "link").symlink_to(tmp_path / "missing.wav")
    refusal(tmp_path / "link", FileMissing)


def test_a_directory(tmp_path: Path) -> None:
    assert "directory" in refusal(tmp_path / "..", NotAFile)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert "pipe" in refusal(tmp_path / "pipe.wav", NotAFile)


def test_a_device() -> None:
    refusal(Path("/dev/zero"), NotAFile)


@pytest.mark.parametrize("name", ["a\0b.wav", "x" * 300 + ".wav"])
def test_an_impossible_name(name: str, tmp_path: Path) -> None:
    refusal(tmp_path / name, FileUnreadable)


def test_a_stream_that_cannot_seek() -> None:
    assert "seek" in refusal(Stream(stereo_file("wav_16", 0.3)), NotAFile)


def test_a_file_without_permission() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "secret.wav"
        path.write_bytes(stereo_file("wav_16", 0.3))
        path.chmod(0)
        command = [sys.executable, "-c", READ_AS_NOBODY, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("FileUnreadable 403 ")
    assert "permissions" in said
    assert folder not in said


def test_a_link_to_a_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(b"sound")
    (tmp_path / "link").symlink_to(tmp_path / "sound")
    with open_source(tmp_path / "link") as file:
        assert file.read() == b"sound"
        descriptor = file.fileno()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_file_of_the_caller_is_rewound_and_stays_open() -> None:
    ours = io.BytesIO(b"sound")
    ours.read()
    with open_source(ours) as file:
        assert file.read() == b"sound"
    assert not ours.closed
