"""One sound file while it is decoded: mono blocks, whichever decoder it takes, and what was noticed on the way."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from service.audio import av_decoder, soundfile_decoder
from service.audio.accepted import Limits
from service.audio.containers import COUNTED_SECONDS, Container, Decoder, cut_sign, find_sound
from service.audio.decoded import Checkpoint, DecodedTrack, DecoderFailure, Samples, no_checkpoint
from service.audio.guarded_file import GuardedFile, Source, open_source
from service.audio.measure import Meter
from service.errors import AudioError, UndecodableAudio

Opener = Callable[[GuardedFile, Container, Checkpoint], AbstractContextManager[DecodedTrack]]

VISIBLE_SECONDS = 0.5
"""Lengths that differ by more are given to a tenth of a second, others to a hundredth."""
_CUT = "The file was cut, or its recording never finished."
_EMPTY = "It is empty, damaged, or its end is missing. Playing it, or exporting it again, will show which."
_OPENERS: dict[Decoder, Opener] = {"soundfile": soundfile_decoder.open_track, "av": av_decoder.open_track}


@contextmanager
def open_sound(source: Source, limits: Limits, checkpoint: Checkpoint = no_checkpoint) -> Iterator["Sound"]:
    """Opens `source` with the first decoder that gets a block of sound out of it."""
    with open_source(source, checkpoint) as file, ExitStack() as stack:
        try:
            container, start = find_sound(file)
            file.skip(start)
            sound = Sound(file, container, limits, checkpoint, stack)
        except AudioError:
            file.check_readable()  # or else it is blamed for what could not be read of it
            raise
        yield sound


class Sound:
    """Decodes once, from front to end. Where a decoder breaks off, the next one resumes at the same frame."""

    def __init__(
        self, file: GuardedFile, container: Container, limits: Limits, checkpoint: Checkpoint, stack: ExitStack
    ) -> None:
        self.container = container
        self.meter = Meter()
        self.decoded_frames = 0
        self.has_ended = False
        """Whether it was decoded to its end, or as far as any decoder gets."""
        self.broke_off = False
        """Whether the sound ends in a failure."""
        self.broken_at_seconds: float | None = None
        """Where the first decoder broke off, if another one went on."""
        self._cut_sign = cut_sign(file, container)
        self._file = file
        self._limits = limits
        self._checkpoint = checkpoint
        self._stack = stack
        self._openers = iter([_OPENERS[name] for name in container.decoders])
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
    def cut_sign(self) -> str | None:
        """A sentence on what is missing of the file, or None; what could not be read is not missing."""
        return None if self.unreadable else self._cut_sign

    @property
    def unreadable(self) -> str | None:
        """A sentence on the bytes that could not be read, or None."""
        return self._file.unreadable

    @property
    def decoded_seconds(self) -> float:
        return self.decoded_frames / self.sample_rate

    def mono_blocks(self) -> Iterator[Samples]:
        """float32 (frames,) at `sample_rate`, finite. Raises TooLong when the limit is passed."""
        for raw in self._raw_blocks():
            self.decoded_frames += raw.shape[1]
            self._limits.check_duration(self.decoded_seconds, self.claimed_seconds)
            yield self.meter.mono(raw)
        self.has_ended = True

    def warnings(self) -> Iterator[str]:
        """What the user should know about a file that could be analysed all the same, in sentences."""
        yield from self.damage_warnings()
        yield from self.meter.warnings()

    def damage_warnings(self) -> Iterator[str]:
        """What of the file could not be decoded. A sound that was read only in part is not compared with its header."""
        if self.has_ended:
            yield from self._length_warnings()
        if self.unreadable:
            yield self.unreadable
        if self.damaged_packets:
            yield f"Damaged pieces of the file were skipped: {self.damaged_packets}."

    def _length_warnings(self) -> Iterator[str]:
        decoded, claimed = self.decoded_seconds, self.claimed_seconds
        cut = f" {self.cut_sign} The end is missing." if self.cut_sign else ""
        gap = None if claimed is None else abs(claimed - decoded)
        if self.broken_at_seconds is not None and (gap is None or gap > COUNTED_SECONDS):
            yield f"The file is damaged after {self.broken_at_seconds:.1f} s; another decoder went on from there."
        if gap is not None and gap > self.container.tolerated_seconds:
            decimals = 1 if gap > VISIBLE_SECONDS else 2
            yield f"The header says {claimed:.{decimals}f} s, {decoded:.{decimals}f} s could be decoded.{cut}"
        elif self.broke_off:
            yield f"The sound breaks off after {decoded:.1f} s; what follows is damaged or missing.{cut}"
        elif cut:
            yield f"{self.cut_sign} The end is missing; {decoded:.1f} s could be decoded."

    def _raw_blocks(self) -> Iterator[Samples]:
        yield self._first
        while True:
            try:
                for block in self._track.blocks:
                    self._file.check()
                    yield block
            except DecoderFailure:
                self._file.check()
                broken_at_seconds = self.decoded_seconds
                rest = self._rest_by_another_decoder()
                if rest is None:
                    self.broke_off = True
                    return
                self.broken_at_seconds = self.broken_at_seconds or broken_at_seconds
                yield rest
            else:
                self._file.check()
                return

    def _open_next(self) -> tuple[DecodedTrack, Samples]:
        """The next decoder that opens the file, with its first block."""
        for opener in self._openers:
            self._file.seek(0)
            try:
                track = self._stack.enter_context(opener(self._file, self.container, self._checkpoint))
                self._limits.check_layout(track.channels, track.sample_rate)
                first = next(track.blocks, None)
            except DecoderFailure:
                first = None
            self._file.check()
            if first is not None:
                return track, first
        raise UndecodableAudio(
            f"The file looks like {self.container.name}, but no sound could be decoded from it. "
            + (f"{self.cut_sign} {_CUT}" if self.cut_sign else _EMPTY)
        )

    def _rest_by_another_decoder(self) -> Samples | None:
        """What lies behind the break, if another decoder gets past it."""
        try:
            track, block = self._open_next()
            if (track.sample_rate, track.channels) != (self.sample_rate, self.channels):
                return None
            to_skip = self.decoded_frames
            while block.shape[1] <= to_skip:
                to_skip -= block.shape[1]
                following = next(track.blocks, None)
                if following is None:
                    return None
                block = following
        except (AudioError, DecoderFailure):
            return None
        finally:
            self._file.check()
        self._track = track
        return block[:, to_skip:]
