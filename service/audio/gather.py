"""Decoded frames of any sample format, collected to large planar float32 blocks of one layout."""

from collections.abc import Iterator
from typing import cast

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.plane import AudioPlane
from av.audio.resampler import AudioResampler

from service.audio.stream import BLOCK_FRAMES, Samples

_PLANAR_CHANNELS = 7
"""PyAV 18 takes FFmpeg's list of planes to end with a null; of eight or more it reads beyond the list, and crashes."""


class Gather:
    """Fills one buffer again and again: a block is valid until the next one. Copying planes as they are costs a fifth
    of what FFmpeg's own gathering does; only frames of another format, layout or rate go through its resampler."""

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
