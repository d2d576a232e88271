"""Decoding by libsndfile: WAV, FLAC, AIFF, AU, and MP3 or Ogg where PyAV failed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import soundfile

from service.audio.accepted import SNDFILE_CODECS, codec_word
from service.audio.containers import Container
from service.audio.decoded import BLOCK_FRAMES, Checkpoint, DecodedTrack, DecoderFailure, Samples
from service.audio.guarded_file import GuardedFile

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
def open_track(file: GuardedFile, container: Container, checkpoint: Checkpoint) -> Iterator[DecodedTrack]:
    """Opens `file` (at its beginning). Raises DecoderFailure if libsndfile cannot, or takes it for something else,
    and UnsupportedFormat if the codec is not allowed."""
    try:
        sound = soundfile.SoundFile(_handle(file), closefd=False)
    except soundfile.SoundFileError as error:
        raise DecoderFailure(str(error)) from error
    with sound:
        if sound.format not in _ALLOWED[container.name]:
            raise DecoderFailure(f"libsndfile takes this {container.name} for {sound.format}")
        has_length = 0 < sound.frames < _UNKNOWN_FRAMES
        yield DecodedTrack(
            codec="flac" if container.name == "flac" else codec_word(sound.subtype, SNDFILE_CODECS),
            sample_rate=sound.samplerate,
            channels=sound.channels,
            claimed_seconds=sound.frames / sound.samplerate if has_length else None,
            blocks=_blocks(sound, checkpoint),
        )


def _handle(file: GuardedFile) -> int | GuardedFile:
    """The descriptor where there is one: libsndfile then reads by itself, without a Python call per read."""
    try:
        return file.fileno()
    except io.UnsupportedOperation:
        return file


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
