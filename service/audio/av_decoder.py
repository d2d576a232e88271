"""Decoding by PyAV (FFmpeg's libraries): MP3, Ogg, MP4, AAC, WebM, Matroska, and what libsndfile breaks off."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from service.audio.codecs import FFMPEG_CODECS, FFMPEG_DECODERS, codec_word
from service.audio.gather import Gather
from service.audio.sniff import Container
from service.audio.stream import Checkpoint, DecoderFailure, Samples, SeekableFile, Track
from service.errors import NoAudioTrack, UnsupportedFormat

_HEADERLESS = {"aac", "mp3"}
"""Nothing but frames: FFmpeg guesses a length from the first bit rate, wrongly for VBR, and without a frame knows no
sample rate."""
PACKETS_PER_CHECKPOINT = 64
"""A second or two of sound; a packet takes some 30 microseconds."""
_OPTIONS = {"codec_whitelist": ",".join(FFMPEG_DECODERS)}
"""FFmpeg decodes a little of every track to know it: of those codecs only, and of no pictures."""
_ENCRYPTED_TAGS = {"drms", "enca"}
_ENCRYPTED = "The sound track is encrypted (DRM); decoded without its key it would be noise."


@contextmanager
def open_track(file: SeekableFile, container: Container, checkpoint: Checkpoint) -> Iterator[Track]:
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
        track = Track(
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


def _blocks(opened: InputContainer, stream: AudioStream, track: Track, checkpoint: Checkpoint) -> Iterator[Samples]:
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
    opened: InputContainer, stream: AudioStream, track: Track, checkpoint: Checkpoint
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
