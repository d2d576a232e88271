"""Sound that is made while it is heard: blocks of PCM in, mono blocks out, measured as those of a file are."""

from collections.abc import Callable, Iterator

import numpy as np

from service.audio.limits import Limits
from service.audio.meter import Meter, peak
from service.audio.mix import to_mono
from service.audio.pcm import PcmFormat
from service.audio.sniff import Container
from service.audio.stream import Samples
from service.audio.warnings import meter_warnings
from service.errors import EmptyFile, TooLong

PCM = Container("pcm", (), "")
READ_BYTES = 64 * 1024
"""A third of a second of stereo floats at 48 kHz: whoever sends faster than that is heard in larger blocks."""
_INT16_SCALE = np.float32(1 / 32_768)


class LiveSound:
    """`read` gives at most so many bytes, waits for some where there are none, and gives b"" at the end."""

    def __init__(self, read: Callable[[int], bytes], pcm: PcmFormat, limits: Limits) -> None:
        limits.check_layout(pcm.channels, pcm.sample_rate)
        self.container = PCM
        self.codec = pcm.encoding
        self.sample_rate = pcm.sample_rate
        self.channels = pcm.channels
        self.claimed_seconds = None
        """Nobody knows how long it will last."""
        self.meter = Meter()
        self.mono_peak = 0.0
        self.decoded_frames = 0
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
            mono = to_mono(self.meter.repair(self._samples(data[:whole])))
            self.mono_peak = max(self.mono_peak, peak(mono))
            yield mono
        if not self.decoded_frames:
            raise EmptyFile("The live stream ended before its first sample.")

    def warnings(self) -> Iterator[str]:
        """What the sender should know, in sentences."""
        if self._rest:
            yield f"The last {len(self._rest)} bytes are less than a frame of {self._frame_bytes}; they were left out."
        yield from meter_warnings(self.meter, self.mono_peak)

    def _samples(self, data: bytes) -> Samples:
        """Whole frames -> float32 (channels, frames)."""
        if self.codec == "pcm_s16le":
            interleaved = np.frombuffer(data, "<i2") * _INT16_SCALE
        else:
            interleaved = np.frombuffer(data, "<f4").astype(np.float32, copy=False)
        return interleaved.reshape(-1, self.channels).T
