"""Sound that is analysed while it is made: blocks of PCM in, mono blocks out, measured as those of a file are."""

from collections.abc import Callable, Iterator

import numpy as np

from service.audio.accepted import Limits, PcmFormat
from service.audio.containers import Container
from service.audio.decoded import Samples
from service.audio.measure import Meter
from service.errors import EmptyFile, TooLong

PCM = Container("pcm", (), "")
READ_BYTES = 64 * 1024
"""A third of a second of stereo floats at 48 kHz: sound that comes faster is taken in larger blocks."""
_INT16_SCALE = np.float32(1 / 32_768)


class LiveSound:
    """`read` returns at most the given number of bytes, waits while there are none, and returns b"" at the end."""

    def __init__(self, read: Callable[[int], bytes], pcm: PcmFormat, limits: Limits) -> None:
        limits.check_layout(pcm.channels, pcm.sample_rate)
        self.container = PCM
        self.codec = pcm.encoding
        self.sample_rate = pcm.sample_rate
        self.channels = pcm.channels
        self.claimed_seconds = None
        """Unknown until it ends."""
        self.meter = Meter()
        self.decoded_frames = 0
        self.has_ended = False
        """Whether its sender ended it."""
        self._read = read
        self._frame_bytes = pcm.frame_bytes
        self._max_seconds = limits.max_duration_seconds
        self._rest = b""

    @property
    def decoded_seconds(self) -> float:
        return self.decoded_frames / self.sample_rate

    def mono_blocks(self) -> Iterator[Samples]:
        """float32 (frames,) at `sample_rate`, finite. Raises TooLong when the limit is passed."""
        while data := self._read(READ_BYTES):
            data = self._rest + data
            whole = len(data) // self._frame_bytes * self._frame_bytes
            self._rest = data[whole:]
            if not whole:
                continue
            self.decoded_frames += whole // self._frame_bytes
            if self.decoded_seconds > self._max_seconds:
                raise TooLong(
                    f"A live stream may have {self._max_seconds:.0f} s of sound; this one goes on beyond that. "
                    "What follows can be sent as another stream."
                )
            yield self.meter.mono(self._samples(data[:whole]))
        if not self.decoded_frames:
            raise EmptyFile("The live stream ended before its first sample.")
        self.has_ended = True

    def warnings(self) -> Iterator[str]:
        """What the sender should know about the sound, in sentences."""
        if self._rest:
            yield f"The last {len(self._rest)} bytes are less than a frame of {self._frame_bytes}; they were left out."
        yield from self.meter.warnings()

    def _samples(self, data: bytes) -> Samples:
        """Whole frames -> float32 (channels, frames)."""
        if self.codec == "pcm_s16le":
            interleaved = np.frombuffer(data, "<i2") * _INT16_SCALE
        else:
            interleaved = np.frombuffer(data, "<f4").astype(np.float32, copy=False)
        return interleaved.reshape(-1, self.channels).T
