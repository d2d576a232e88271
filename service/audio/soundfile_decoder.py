"""Decoding by libsndfile: WAV, FLAC, AIFF, AU, and MP3 or Ogg where PyAV failed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import numpy as np
import soundfile

from service.audio.sniff import Container
from service.audio.stream import BLOCK_FRAMES, Checkpoint, DecoderFailure, Samples, Track

_ALLOWED = {
    "wav": {"WAV", "WAVEX", "RF64"},
    "flac": {"FLAC"},
    "aiff": {"AIFF"},
    "au": {"AU"},
    "mp3": {"MP3"},
    "ogg": {"OGG"},
}
_UNKNOWN_FRAMES = 2**62
"""libsndfile says so when a FLAC header leaves the length open."""


@contextmanager
def open_track(file: BinaryIO, container: Container, checkpoint: Checkpoint) -> Iterator[Track]:
    """Opens `file` (at its beginning). Raises DecoderFailure if libsndfile cannot, or takes it for something else."""
    try:
        sound = soundfile.SoundFile(_handle(file), closefd=False)
    except soundfile.SoundFileError as error:
        raise DecoderFailure(str(error)) from error
    with sound:
        if sound.format not in _ALLOWED[container.name]:
            raise DecoderFailure(f"libsndfile takes this {container.name} for {sound.format}")
        has_length = 0 < sound.frames < _UNKNOWN_FRAMES
        yield Track(
            codec=container.name if container.name in {"flac", "mp3"} else sound.subtype.lower(),
            sample_rate=sound.samplerate,
            channels=sound.channels,
            claimed_seconds=sound.frames / sound.samplerate if has_length else None,
            blocks=_blocks(sound, checkpoint),
        )


def _handle(file: BinaryIO) -> "int | _QuietFile":
    """The descriptor of an unbuffered file: libsndfile then reads by itself, without a Python call per read."""
    return file.fileno() if isinstance(file, io.FileIO) else _QuietFile(file)


class _QuietFile:
    """In damaged files libsndfile seeks to before the start. It sees by the position that it did not get there; an
    exception could not reach it through C, and would be printed instead."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with suppress(ValueError, OSError):
            self._file.seek(offset, whence)
        return self._file.tell()


def _blocks(sound: soundfile.SoundFile, checkpoint: Checkpoint) -> Iterator[Samples]:
    buffer = np.empty((BLOCK_FRAMES, sound.channels), dtype=np.float32)
    while True:
        checkpoint()
        try:
            block = sound.read(out=buffer)
        except soundfile.SoundFileError as error:
            raise DecoderFailure(str(error)) from error
        if not len(block):
            return
        yield block.T
