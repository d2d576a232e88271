"""The folder that benchmarks work in, with sounds that are made and encoded when they are first asked for.

All are the same music, written block by block: a long one takes no more memory than a short one."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from service.settings import Settings

SHIPPED = Path(__file__).parents[1] / "models"
SECONDS = 300.0
MAX_SECONDS = 3 * 3600.0
"""The longest sound under test lasts two hours."""
Stereo = NDArray[np.float32]
"""float32 (frames, 2) in [-1, 1]."""

RATE = 44_100
BLOCK_SECONDS = 10
SEED = 7
NOTE_SECONDS = 2.0
PARTIALS = 14
NOTES_HZ = tuple(110 * 2 ** (step / 12) for step in (0, 3, 5, 7, 10, 12, 15, 17, 19, 22, 24, 27))
NOTES_PER_SECOND = 8
BEATS_PER_SECOND = 4


class Workspace:
    """The folder of one run, and the models that it measures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.models = SHIPPED
        self.settings = Settings(models_dir=self.models, max_duration_seconds=MAX_SECONDS)

    def sound(self, extension: str, seconds: float = SECONDS) -> Path:
        """The same music in any format, encoded once."""
        path = self._folder / f"{seconds:g}.{extension}"
        if not path.exists():
            (encoding,) = (one for one in ENCODINGS if one.extension == extension)
            encoding.write(path, music(seconds, encoding.sample_rate))
        return path

    def long_sound(self, extension: str, minutes: int) -> Path:
        """The five minutes over and over."""
        path = self._folder / f"{minutes}min.{extension}"
        if not path.exists():
            repeat(self.sound(extension), path, times=round(minutes * 60 / SECONDS))
        return path


@dataclass(frozen=True, slots=True)
class SoundEncoding:
    """A format under test."""

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
    SoundEncoding("mp3", "libmp3lame", 192),
    SoundEncoding("wav", "PCM_16"),
    SoundEncoding("flac", "PCM_16"),
    SoundEncoding("m4a", "aac", 192),
    SoundEncoding("ogg", "VORBIS"),
    SoundEncoding("opus", "libopus", 128, sample_rate=48_000),
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


def music(seconds: float, rate: int = RATE) -> Iterator[Stereo]:
    """Loads decoders as music does: plucked chords, a bass and drums, different on both channels.

    Blocks of ten seconds, the same ones at every call. Notes ring on from block to block."""
    random = np.random.default_rng(SEED)
    notes = [_note(hertz, rate) for hertz in NOTES_HZ]
    drums = [_drum(random, length, rate) for length in (0.03, 0.12)]
    frames = BLOCK_SECONDS * rate
    ringing = np.zeros((math.ceil(NOTE_SECONDS * rate), 2), dtype=np.float32)
    left = round(seconds * rate)
    while left > 0:
        block = np.concatenate([ringing, np.zeros((frames, 2), dtype=np.float32)])
        for at in range(0, frames, rate // NOTES_PER_SECOND):
            _add(block, at, notes[random.integers(len(notes))], random)
        for at in range(0, frames, rate // BEATS_PER_SECOND):
            _add(block, at, drums[random.integers(len(drums))], random)
        block += random.standard_normal(block.shape, dtype=np.float32) * np.float32(0.001)
        yield np.clip(block[: min(frames, left)], -1, 1)
        ringing = block[frames:]
        left -= frames


def _note(hertz: float, rate: int) -> NDArray[np.float32]:
    """(frames,): a plucked string; high partials are weaker and die sooner."""
    time = np.arange(math.ceil(NOTE_SECONDS * rate)) / rate
    sound = np.zeros_like(time)
    for partial in range(1, PARTIALS + 1):
        stretched = partial * hertz * math.sqrt(1 + 0.0004 * partial**2)
        sound += np.exp(-time * (1.5 + 0.7 * partial)) * np.sin(2 * np.pi * stretched * time) / partial
    fade = np.minimum(1, (NOTE_SECONDS - time) / 0.05)
    return (0.12 * sound * fade).astype(np.float32)


def _drum(random: np.random.Generator, length_seconds: float, rate: int) -> NDArray[np.float32]:
    time = np.arange(math.ceil(8 * length_seconds * rate)) / rate
    return (0.1 * random.standard_normal(len(time)) * np.exp(-time / length_seconds)).astype(np.float32)


def _add(block: Stereo, at: int, sound: NDArray[np.float32], random: np.random.Generator) -> None:
    """Somewhere between the channels: by level, and by half a millisecond at most."""
    for channel, gain in enumerate(random.uniform(0.2, 1.0, size=2)):
        start = at + int(random.integers(20))
        part = block[start : start + len(sound), channel]
        part += np.float32(gain) * sound[: len(part)]
