"""All front-ends of one analysis: each rate is resampled once, each front-end computed once, whoever asks."""

from collections.abc import Iterable

import numpy as np

from service.audio.resample import Resampler
from service.features.framing import Frames, Samples
from service.features.frontend import FrontEnd


class FrameBuffer:
    """The latest frames of a stream; those that no window needs any more are let go."""

    def __init__(self, bins: int) -> None:
        self.end = 0
        """Frames so far, of the whole stream."""
        self.is_complete = False
        """Whether the stream is at its end; only then may a window be longer than it."""
        self._start = 0
        self._frames: Frames = np.empty((0, bins), dtype=np.float32)

    def push(self, frames: Frames) -> None:
        self._frames = np.concatenate([self._frames, frames])
        self.end += len(frames)

    def drop_before(self, frame: int) -> None:
        if frame > self._start:
            self._frames = self._frames[frame - self._start :]
            self._start = min(frame, self.end)

    def window(self, start: int, count: int) -> Frames:
        """float32 (count, bins) from frame `start`. A stream shorter than the window is repeated to fill it."""
        if self.end < count:
            assert self.is_complete
            assert self._start == 0
            return np.resize(self._frames, (count, self._frames.shape[1]))
        first = min(start, self.end - count) - self._start
        assert first >= 0, "the window was dropped already"
        return self._frames[first : first + count]


class FeatureBank:
    """Fed with mono samples at the file's rate; answers with windows of frames, by seconds."""

    def __init__(self, sample_rate: int, front_ends: Iterable[FrontEnd]) -> None:
        wanted = list(dict.fromkeys(front_ends))
        self._resamplers = {rate: Resampler(sample_rate, rate) for rate in {one.sample_rate for one in wanted}}
        self._streams = {front_end: front_end.stream() for front_end in wanted}
        self._buffers = {front_end: FrameBuffer(front_end.bins) for front_end in wanted}

    @property
    def heard_seconds(self) -> float:
        """Up to here every front-end has its frames."""
        return min(buffer.end * one.hop_length / one.sample_rate for one, buffer in self._buffers.items())

    def push(self, samples: Samples) -> None:
        """float32 mono (n,) at the file's rate."""
        at_rate = {rate: resampler.push(samples) for rate, resampler in self._resamplers.items()}
        for front_end, stream in self._streams.items():
            self._buffers[front_end].push(stream.push(at_rate[front_end.sample_rate]))

    def finish(self) -> None:
        rests = {rate: resampler.finish() for rate, resampler in self._resamplers.items()}
        for front_end, stream in self._streams.items():
            buffer = self._buffers[front_end]
            buffer.push(stream.push(rests[front_end.sample_rate]))
            buffer.push(stream.finish())
            buffer.is_complete = True

    def window(self, front_end: FrontEnd, start_seconds: float, frames: int) -> Frames:
        """float32 (frames, bins) of the sound from `start_seconds`."""
        start = round(start_seconds * front_end.sample_rate / front_end.hop_length)
        return self._buffers[front_end].window(start, frames)

    def drop_before(self, seconds: float) -> None:
        for front_end, buffer in self._buffers.items():
            buffer.drop_before(int(seconds * front_end.sample_rate / front_end.hop_length))


def window_of(front_end: FrontEnd, samples: Samples, frames: int) -> Frames:
    """The first window of a short sound, float32 (frames, bins), by the very code that serves files."""
    bank = FeatureBank(front_end.sample_rate, [front_end])
    bank.push(samples)
    bank.finish()
    return bank.window(front_end, 0.0, frames)
