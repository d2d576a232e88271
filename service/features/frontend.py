"""The protocol of every front-end: parameters that a manifest states, and the stream of frames that they define."""

from typing import Protocol, runtime_checkable

from service.features.framing import Frames, Samples


class FrameStream(Protocol):
    """Turns samples into frames as they come. All pieces one after the other are the frames of the whole file."""

    def push(self, samples: Samples) -> Frames:
        """float32 (n,) -> float32 (frames, bins)."""
        ...

    def finish(self) -> Frames:
        """The frames that were waiting for samples that never came."""
        ...


class FrontEnd(Protocol):
    """Equal parameters make equal front-ends: models that share one share its frames, too."""

    @property
    def sample_rate(self) -> int: ...

    @property
    def hop_length(self) -> int:
        """Samples from one frame to the next."""
        ...

    @property
    def bins(self) -> int: ...

    def stream(self) -> FrameStream: ...


@runtime_checkable
class WindowFrontEnd(FrontEnd, Protocol):
    """One whose frame tells of a whole window, `hop_length` samples from wherever that starts. Its stream has the
    windows of a file one after the other; the last one ends with the sound."""

    def describe(self, samples: Samples) -> Frames:
        """float32 (hop_length,) -> float32 (bins,)."""
        ...
