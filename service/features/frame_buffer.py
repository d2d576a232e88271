"""The latest rows of a stream, be they frames or samples."""

import numpy as np

from service.features.framing import Frames


class FrameBuffer:
    """Those that no window needs any more are let go."""

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
