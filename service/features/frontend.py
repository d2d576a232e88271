"""The protocol of every front-end: parameters that a manifest states, and the stream of frames that they define."""

from typing import Protocol

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
