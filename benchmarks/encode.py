"""Sound files of every format under test, written block by block: a long one takes no more memory than a short one."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream

from benchmarks.music import RATE, Stereo


@dataclass(frozen=True, slots=True)
class Encoding:
    extension: str
    codec: str
    """FFmpeg's encoder, or libsndfile's subtype where there is no bit rate."""
    kbits: int | None = None
    sample_rate: int = RATE

    def write(self, path: Path, blocks: Iterable[Stereo]) -> None:
        if self.kbits is None:
            self._write_by_libsndfile(path, blocks)
        else:
            self._write_by_ffmpeg(path, blocks, self.kbits)

    def _write_by_libsndfile(self, path: Path, blocks: Iterable[Stereo]) -> None:
        with soundfile.SoundFile(path, "w", self.sample_rate, 2, self.codec) as file:
            for block in blocks:
                file.write(block)

    def _write_by_ffmpeg(self, path: Path, blocks: Iterable[Stereo], kbits: int) -> None:
        with av.open(path, "w") as file:
            stream = file.add_stream(self.codec, rate=self.sample_rate, layout="stereo")
            assert isinstance(stream, AudioStream)
            stream.bit_rate = kbits * 1000
            frames = 0
            for block in blocks:
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
                frame.sample_rate, frame.time_base = self.sample_rate, Fraction(1, self.sample_rate)
                frame.pts = frames
                frames += len(block)
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))


ENCODINGS = (
    Encoding("mp3", "libmp3lame", 192),
    Encoding("wav", "PCM_16"),
    Encoding("flac", "PCM_16"),
    Encoding("m4a", "aac", 192),
    Encoding("ogg", "VORBIS"),
    Encoding("opus", "libopus", 128, sample_rate=48_000),
)


def repeat(source: Path, target: Path, times: int) -> None:
    """The sound of a file several times in a row; a lossy one is not encoded again."""
    if source.suffix in {".wav", ".flac"}:
        _repeat_samples(source, target, times)
    else:
        _repeat_packets(source, target, times)


def _repeat_samples(source: Path, target: Path, times: int) -> None:
    with soundfile.SoundFile(source) as read, soundfile.SoundFile(target, "w", RATE, 2, "PCM_16") as written:
        for _ in range(times):
            read.seek(0)
            for block in read.blocks(RATE, dtype="int16"):
                written.write(block)


def _repeat_packets(source: Path, target: Path, times: int) -> None:
    with av.open(target, "w") as written:
        copy: AudioStream | None = None
        behind = 0
        for _ in range(times):
            with av.open(source) as read:
                stream = read.streams.audio[0]
                copy = copy or written.add_stream_from_template(stream)
                for packet in read.demux(stream):
                    if packet.duration:
                        packet.pts = packet.dts = behind
                        behind += packet.duration
                        packet.stream = copy
                        written.mux(packet)
