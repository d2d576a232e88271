"""Decodes with PyAV (FFmpeg's libraries): MP3, Ogg, MP4, AAC, WebM, Matroska, and what libsndfile breaks off."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.plane import AudioPlane
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from service.audio.accepted import FFMPEG_CODECS, FFMPEG_DECODERS, codec_word
from service.audio.containers import Container
from service.audio.decoded import BLOCK_FRAMES, Checkpoint, DecodedTrack, DecoderFailure, Samples, SeekableFile
from service.errors import NoAudioTrack, UnsupportedFormat

_HEADERLESS = {"aac", "mp3"}
"""Nothing but frames: FFmpeg guesses a length from the first bit rate, wrongly for VBR, and without a frame knows no
sample rate."""
PACKETS_PER_CHECKPOINT = 64
"""A second or two of sound; a packet takes some 30 microseconds."""
_OPTIONS = {"codec_whitelist": ",".join(FFMPEG_DECODERS)}
"""FFmpeg decodes a little of every track to know it: of those codecs only, and of no pictures."""
_PLANAR_CHANNELS = 7
"""PyAV 18 takes FFmpeg's list of planes to end with a null; of eight or more it reads beyond the list, and crashes."""
_ENCRYPTED_TAGS = {"drms", "enca"}
_ENCRYPTED = "The sound track is encrypted (DRM); decoded without its key it would be noise."


@contextmanager
def open_track(file: SeekableFile, container: Container, checkpoint: Checkpoint) -> Iterator[DecodedTrack]:
    """Opens the first sound track of `file` (at its beginning). Raises DecoderFailure if FFmpeg cannot."""
    try:
        opened = av.open(file, mode="r", format=container.demuxer, container_options=_OPTIONS, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as error:
        raise DecoderFailure(str(error)) from error
    with opened:
        stream = _first_audio_stream(opened)
        context = stream.codec_context
        context.thread_count = 1  # a worker owns one core
        if container.name in _HEADERLESS and not context.sample_rate:
            raise DecoderFailure("not one whole frame")
        track = DecodedTrack(
            codec=codec_word(context.codec.canonical_name, FFMPEG_CODECS),
            sample_rate=context.sample_rate,
            channels=context.channels,
            claimed_seconds=None if container.name in _HEADERLESS else _claimed_seconds(opened, stream),
            blocks=iter(()),
        )
        track.blocks = _blocks(opened, stream, track, checkpoint)
        yield track


def _first_audio_stream(opened: InputContainer) -> AudioStream:
    if not opened.streams.audio:
        kinds = sorted({stream.type for stream in opened.streams})
        found = f"only these: {', '.join(kinds)}" if kinds else "none at all"
        raise NoAudioTrack(f"A sound track is needed; the file has {found}.")
    stream = opened.streams.audio[0]
    if stream.codec_context is None:
        raise UnsupportedFormat("The sound track is in an unknown codec, or encrypted (DRM); it cannot be decoded.")
    with suppress(UnicodeDecodeError):  # a tag need not be text
        if stream.codec_context.codec_tag in _ENCRYPTED_TAGS:
            raise UnsupportedFormat(_ENCRYPTED)
    return stream


def _claimed_seconds(opened: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return opened.duration / av.time_base if opened.duration is not None else None


def _blocks(
    opened: InputContainer, stream: AudioStream, track: DecodedTrack, checkpoint: Checkpoint
) -> Iterator[Samples]:
    """float32 whatever the codec delivers. What came before a failure is delivered before the failure."""
    gather = Gather(stream.layout, stream.sample_rate)
    failure: Exception | None = None
    try:
        for frame in _frames(opened, stream, track, checkpoint):
            yield from gather.push(frame)
    except (av.FFmpegError, ValueError) as error:
        failure = error
    try:
        yield from gather.finish()
    except (av.FFmpegError, ValueError) as error:
        failure = failure or error
    if failure:
        raise DecoderFailure(str(failure)) from failure


def _frames(
    opened: InputContainer, stream: AudioStream, track: DecodedTrack, checkpoint: Checkpoint
) -> Iterator[av.AudioFrame]:
    for number, packet in enumerate(opened.demux(stream)):
        if number % PACKETS_PER_CHECKPOINT == 0:
            checkpoint()
        if number == 0:
            _refuse_encrypted(packet)
        try:
            yield from packet.decode()
        except av.InvalidDataError:  # one damaged packet; the codec finds its way at the next
            _refuse_encrypted(packet)  # the start may have been in the clear
            track.damaged_packets += 1


def _refuse_encrypted(packet: "av.Packet[AudioStream]") -> None:
    if packet.has_sidedata("encryption_info"):
        raise UnsupportedFormat(_ENCRYPTED)


class Gather:
    """Collects decoded frames of any sample format to large planar float32 blocks of one layout.

    Fills one buffer again and again: a block is valid until the next one. Copying planes as they are costs a fifth of
    what FFmpeg's own gathering does; only frames of another format, layout or rate go through its resampler."""

    def __init__(self, layout: AudioLayout, sample_rate: int) -> None:
        self._layout = layout
        self._sample_rate = sample_rate
        self._buffer = np.empty((layout.nb_channels, BLOCK_FRAMES), dtype=np.float32)
        self._filled = 0
        self._converter: AudioResampler | None = None
        self._converts: tuple[str, str, int] | None = None

    def push(self, frame: AudioFrame) -> Iterator[Samples]:
        """The blocks that `frame` completes, float32 (channels, frames)."""
        if self._is_plain(frame):
            yield from self._fill([_plane_samples(plane, frame.samples) for plane in frame.planes])
        else:
            yield from self._convert(frame)

    def finish(self) -> Iterator[Samples]:
        """What was gathered, and what the resampler held back."""
        yield from self._flush_converter()
        if self._filled:
            yield self._buffer[:, : self._filled]
            self._filled = 0

    def _is_plain(self, frame: AudioFrame) -> bool:
        channels = len(self._buffer)
        return (
            channels <= _PLANAR_CHANNELS
            and frame.format.name == "fltp"
            and frame.sample_rate == self._sample_rate
            and frame.layout.nb_channels == channels
        )

    def _convert(self, frame: AudioFrame) -> Iterator[Samples]:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._converts:
            yield from self._flush_converter()
            sample_format = "fltp" if len(self._buffer) <= _PLANAR_CHANNELS else "flt"
            self._converter, self._converts = AudioResampler(sample_format, self._layout, self._sample_rate), kind
        assert self._converter
        frame.pts = None  # jumps in the time stamps are no silence to fill in
        for converted in self._converter.resample(frame):
            yield from self._fill(_channels(converted))

    def _flush_converter(self) -> Iterator[Samples]:
        converter, self._converter, self._converts = self._converter, None, None
        for converted in converter.resample(None) if converter else ():
            yield from self._fill(_channels(converted))

    def _fill(self, channels: "list[Samples] | Samples") -> Iterator[Samples]:
        count, taken = len(channels[0]), 0
        while taken < count:
            if self._filled == BLOCK_FRAMES:
                yield self._buffer
                self._filled = 0
            fits = min(count - taken, BLOCK_FRAMES - self._filled)
            for row, samples in zip(self._buffer, channels, strict=True):
                row[self._filled : self._filled + fits] = samples[taken : taken + fits]
            self._filled += fits
            taken += fits


def _plane_samples(plane: AudioPlane, count: int) -> Samples:
    """float32 (count,), a view; planes are buffers, though PyAV's types do not say so."""
    return np.frombuffer(cast(memoryview, plane), np.float32, count)


def _channels(frame: AudioFrame) -> Samples:
    samples = cast(Samples, frame.to_ndarray())
    assert samples.dtype == np.float32
    return samples if frame.format.is_planar else samples.reshape(frame.samples, -1).T
