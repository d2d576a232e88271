"""What one analysis keeps of one front-end: frames as they come, or the sound, where a frame is of a whole window."""

from typing import Protocol

import numpy as np

from service.features.framing import Frames, Samples
from service.features.frontend import FrontEnd, WindowFrontEnd


class Track(Protocol):
    @property
    def heard_seconds(self) -> float:
        """Up to here windows can be asked for."""
        ...

    def push(self, samples: Samples) -> None:
        """float32 mono (n,) at the front-end's rate."""
        ...

    def finish(self) -> None: ...

    def window(self, start_seconds: float, frames: int) -> Frames:
        """float32 (frames, bins) of the sound from `start_seconds`, which must not have been dropped."""
        ...

    def drop_before(self, seconds: float) -> None: ...


def track_of(front_end: FrontEnd) -> Track:
    return WindowTrack(front_end) if isinstance(front_end, WindowFrontEnd) else FrameTrack(front_end)


class FrameTrack:
    """Frames are computed as the sound comes in; windows are cut from them."""

    def __init__(self, front_end: FrontEnd) -> None:
        self._rate = front_end.sample_rate / front_end.hop_length
        self._stream = front_end.stream()
        self._frames = FrameBuffer(front_end.bins)

    @property
    def heard_seconds(self) -> float:
        return self._frames.end / self._rate

    def push(self, samples: Samples) -> None:
        self._frames.push(self._stream.push(samples))

    def finish(self) -> None:
        self._frames.push(self._stream.finish())
        self._frames.is_complete = True

    def window(self, start_seconds: float, frames: int) -> Frames:
        return self._frames.window(round(start_seconds * self._rate), frames)

    def drop_before(self, seconds: float) -> None:
        self._frames.drop_before(int(seconds * self._rate))


class WindowTrack:
    """The sound is kept, and frames are computed when they are asked for, wherever the window starts.

    They cost a good part of what a window lasts, so that models which ask for the same one share it."""

    def __init__(self, front_end: WindowFrontEnd) -> None:
        self._front_end = front_end
        self._sound = FrameBuffer(1)
        self._known: dict[tuple[int, int], Frames] = {}

    @property
    def heard_seconds(self) -> float:
        return self._sound.end / self._front_end.sample_rate

    def push(self, samples: Samples) -> None:
        self._sound.push(samples[:, None])

    def finish(self) -> None:
        self._sound.is_complete = True

    def window(self, start_seconds: float, frames: int) -> Frames:
        key = round(start_seconds * self._front_end.sample_rate), frames
        if key not in self._known:
            samples = self._sound.window(key[0], frames * self._front_end.hop_length)
            parts = samples.reshape(frames, self._front_end.hop_length)
            self._known[key] = np.stack([self._front_end.describe(part) for part in parts])
        return self._known[key]

    def drop_before(self, seconds: float) -> None:
        first = int(seconds * self._front_end.sample_rate)
        self._sound.drop_before(first)
        self._known = {key: frames for key, frames in self._known.items() if key[0] >= first}


class FrameBuffer:
    """The latest rows of a stream, frames or samples. Those that no window needs any more are let go."""

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
