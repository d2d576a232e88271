"""One sound file while it is decoded: mono blocks, whichever decoder it takes, and what was noticed on the way."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import BinaryIO

from service.audio import av_decoder, soundfile_decoder
from service.audio.limits import Limits
from service.audio.meter import Meter, peak
from service.audio.mix import to_mono
from service.audio.sniff import Container, Decoder, sniff
from service.audio.source import Source, open_source
from service.audio.stream import Checkpoint, DecoderFailure, Samples, Track
from service.audio.truncation import cut_sign
from service.errors import UndecodableAudio

Opener = Callable[[BinaryIO, Container, Checkpoint], AbstractContextManager[Track]]

_OPENERS: dict[Decoder, Opener] = {"soundfile": soundfile_decoder.open_track, "av": av_decoder.open_track}


def no_checkpoint() -> None:
    """The checkpoint of a caller who never wants to stop."""


@contextmanager
def open_sound(source: Source, limits: Limits, checkpoint: Checkpoint = no_checkpoint) -> Iterator["Sound"]:
    """Opens `source` with the first decoder that gets a block of sound out of it."""
    with open_source(source) as file, ExitStack() as stack:
        yield Sound(file, sniff(file), limits, checkpoint, stack)


class Sound:
    """Decodes once, from front to end. Where a decoder breaks off, the next one goes on at the same frame."""

    def __init__(
        self, file: BinaryIO, container: Container, limits: Limits, checkpoint: Checkpoint, stack: ExitStack
    ) -> None:
        self.container = container
        self.meter = Meter()
        self.mono_peak = 0.0
        self.decoded_frames = 0
        self.broke_off = False
        self.cut_sign = cut_sign(file, container)
        self._file = file
        self._limits = limits
        self._checkpoint = checkpoint
        self._stack = stack
        self._openers = iter([_OPENERS[name] for name in container.decoders])
        self._failures: list[str] = []
        self._track, self._first = self._open_next()
        self.claimed_seconds = self._track.claimed_seconds

    @property
    def codec(self) -> str:
        return self._track.codec

    @property
    def sample_rate(self) -> int:
        return self._track.sample_rate

    @property
    def channels(self) -> int:
        return self._track.channels

    @property
    def damaged_packets(self) -> int:
        return self._track.damaged_packets

    @property
    def decoded_seconds(self) -> float:
        return self.decoded_frames / self.sample_rate

    def mono_blocks(self) -> Iterator[Samples]:
        """float32 (frames,) at `sample_rate`, finite. Raises TooLong when the limit is passed."""
        for raw in self._raw_blocks():
            self.decoded_frames += raw.shape[1]
            self._limits.check_duration(self.decoded_seconds, self.claimed_seconds)
            mono = to_mono(self.meter.repair(raw))
            self.mono_peak = max(self.mono_peak, peak(mono))
            yield mono

    def _raw_blocks(self) -> Iterator[Samples]:
        yield self._first
        while True:
            try:
                yield from self._track.blocks
            except DecoderFailure:
                self.broke_off = True
                rest = self._rest_by_another_decoder()
                if rest is None:
                    return
                yield rest
            else:
                self.broke_off = False  # if one decoder broke off, another one came to the end
                return

    def _open_next(self) -> tuple[Track, Samples]:
        """The next decoder that opens the file, with its first block."""
        for opener in self._openers:
            self._file.seek(0)
            try:
                track = self._stack.enter_context(opener(self._file, self.container, self._checkpoint))
                self._limits.check_layout(track.channels, track.sample_rate)
                first = next(track.blocks, None)
            except DecoderFailure as failure:
                self._failures.append(str(failure))
                continue
            if first is not None:
                return track, first
        raise UndecodableAudio(
            f"The file looks like {self.container.name}, but no sound could be decoded from it: "
            "it is empty, damaged, or its end is missing. Playing it, or exporting it again, will show which."
        )

    def _rest_by_another_decoder(self) -> Samples | None:
        """What lies behind the break, if another decoder gets past it."""
        try:
            track, block = self._open_next()
        except UndecodableAudio:
            return None
        if (track.sample_rate, track.channels) != (self.sample_rate, self.channels):
            return None
        to_skip = self.decoded_frames
        self._track = track
        while block.shape[1] <= to_skip:
            to_skip -= block.shape[1]
            try:
                following = next(track.blocks, None)
            except DecoderFailure:
                return None
            if following is None:
                return None
            block = following
        return block[:, to_skip:]
