"""The frames of whole files, for training without augmentation of the sound itself, and for measuring."""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np

from service.features.framing import Frames
from service.features.kinds import AnyFrontEnd
from training.cache.decoded import blocks_at
from training.cache.file_arrays import FileArrays


class FeatureCache:
    """The service's own frames by one front-end, in a folder of its own inside `folder`."""

    def __init__(self, folder: Path, front_end: AnyFrontEnd) -> None:
        self._frames = FileArrays(
            folder / folder_name(front_end), np.float32, (front_end.bins,), partial(whole_frames, front_end=front_end)
        )
        self.rate = front_end.sample_rate / front_end.hop_length
        """Frames a second."""

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = lambda _: None
    ) -> dict[Path, str]:
        """As FileArrays.fill: makes what is not there yet, returns the broken files with the reason."""
        return self._frames.fill(paths, workers, on_path)

    def frames(self, path: Path) -> Frames:
        """Read-only float32 (frames, bins) of the whole file. Raises NotCached."""
        return self._frames[path]

    def window(self, path: Path, start_frame: int, count: int) -> Frames:
        """float32 (count, bins), as the service gives it to a model: one that would reach over the end ends
        with the sound, and a sound shorter than `count` is repeated. Raises NotCached."""
        assert start_frame >= 0
        frames = self.frames(path)
        if len(frames) < count:
            return np.resize(frames, (count, frames.shape[1]))
        first = min(start_frame, len(frames) - count)
        return frames[first : first + count]


def folder_name(front_end: AnyFrontEnd) -> str:
    """The same for equal parameters, another one as soon as one of them differs."""
    digest = hashlib.sha256(front_end.model_dump_json().encode()).hexdigest()
    return f"{front_end.kind}-{digest[:16]}"


def whole_frames(path: Path, front_end: AnyFrontEnd) -> Frames:
    """float32 (frames, bins). Raises EarmarkError."""
    stream = front_end.stream()
    pieces = [stream.push(block) for block in blocks_at(path, front_end.sample_rate)]
    return np.concatenate([*pieces, stream.finish()])
