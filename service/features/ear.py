"""A front-end that is itself a network: one ear hears a window once, for all the heads that share it."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from service.features.framing import Frames
from service.features.frontend import FrontEnd
from service.features.track import FrameTrack

Output = Literal["embedding", "steps"]
MAX_WINDOWS_AT_ONCE = 8
"""More in one batch make a small network no faster."""


class EarFrontEnd(BaseModel):
    """What a head eats: one of the outputs of one ear, named by version and by the hash of its network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["ear"] = "ear"
    model: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,63}@\d+\.\d+\.\d+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    output: Output


class Ear(Protocol):
    """The network behind the front-end. `service.inference` has it; this package only knows how to ask."""

    @property
    def front_end(self) -> FrontEnd:
        """What the ear itself hears."""
        ...

    @property
    def frames(self) -> int:
        """Frames of one window of that."""
        ...

    def hear(self, windows: Frames) -> Mapping[Output, NDArray[np.float32]]:
        """float32 (n, frames, bins) -> `embedding` float32 (n, width), `steps` float32 (n, steps, step width)."""
        ...


class EarTrack:
    """Both outputs for each window that was asked for, until the sound has moved on."""

    def __init__(self, ear: Ear, frames: FrameTrack) -> None:
        self._ear = ear
        self._frames = frames
        self._known: dict[float, dict[Output, NDArray[np.float32]]] = {}

    def windows(self, output: Output, starts: Sequence[float]) -> NDArray[np.float32]:
        """float32 (len(starts), ...), for windows that start at these seconds."""
        missing = [start for start in dict.fromkeys(starts) if start not in self._known]
        for first in range(0, len(missing), MAX_WINDOWS_AT_ONCE):
            self._hear(missing[first : first + MAX_WINDOWS_AT_ONCE])
        return np.stack([self._known[start][output] for start in starts])

    def drop_before(self, seconds: float) -> None:
        self._known = {start: heard for start, heard in self._known.items() if start >= seconds}

    def _hear(self, starts: Sequence[float]) -> None:
        heard = self._ear.hear(np.stack([self._frames.window(start, self._ear.frames) for start in starts]))
        for number, start in enumerate(starts):
            self._known[start] = {output: values[number] for output, values in heard.items()}
