"""What is made of each sound file once and kept on disk: its decoded sound, its frames, or any other array."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from service.audio.accepted import Limits
from service.audio.decoded import Samples
from service.audio.resample import Resampler
from service.audio.sound import open_sound
from service.errors import AudioError, EarmarkError
from service.features.framing import Frames
from service.features.kinds import AnyFrontEnd
from training.cache.array_pack import Appender, ArrayPack
from training.cache.worker_processes import in_workers, reason_of

FULL_SCALE = 32_767
"""The int16 of the sample 1.0."""


class SoundCache:
    """Decoded sound, mono int16 at `sample_rate`, in a folder of its own inside `folder`. Reading it back takes no time
    beside decoding it again in every epoch."""

    def __init__(self, folder: Path, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._sound = FileArrays(
            folder / f"sound-{sample_rate}", np.int16, (), partial(decoded_int16, sample_rate=sample_rate)
        )

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = lambda _: None
    ) -> dict[Path, str]:
        """As FileArrays.fill: makes what is not there yet, returns the broken files with the reason."""
        return self._sound.fill(paths, workers, on_path)

    def samples(self, path: Path) -> NDArray[np.int16]:
        """Read-only int16 (n,), 32767 for 1.0. Raises NotCached."""
        return self._sound[path]


def decoded_int16(path: Path, sample_rate: int) -> NDArray[np.int16]:
    """The whole file, int16 (n,); what lies beyond -1 and 1 is clipped. Raises EarmarkError."""
    return np.concatenate(
        [
            np.clip(np.rint(block * np.float32(FULL_SCALE)), -FULL_SCALE, FULL_SCALE).astype(np.int16)
            for block in blocks_at(path, sample_rate)
        ]
    )


class FeatureCache:
    """The service's own frames of whole files by one front-end, in a folder of its own inside `folder`: for measuring,
    and for training without augmentation of the sound itself."""

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


def blocks_at(path: Path, sample_rate: int) -> Iterator[Samples]:
    """A sound file as the service hears it, by its decoder, its mix and its resampler: mono float32 (n,) at
    `sample_rate`, each valid until the next one. Raises EarmarkError."""
    with open_sound(path, Limits()) as sound:
        resampler = Resampler(sound.sample_rate, sample_rate)
        for block in sound.mono_blocks():
            yield resampler.push(block)
        yield resampler.finish()


class NotCached(Exception):
    """There is no array of this file: it is broken, or `fill` was not asked for it."""


class FileArrays:
    """One array per sound file, `make(path)`, made in worker processes and kept on disk by the content of the file:
    what every cache of training is made of. `make` is sent to the workers: a picklable function."""

    def __init__(
        self, folder: Path, dtype: DTypeLike, row_shape: tuple[int, ...], make: Callable[[Path], NDArray[Any]]
    ) -> None:
        self._pack = ArrayPack(folder, dtype, row_shape)
        self._digests = FileDigests()
        self._make = make

    def __getitem__(self, path: Path) -> NDArray[Any]:
        """A read-only view of what is on the disk, (rows, *row_shape). Raises NotCached, or OSError."""
        digest = self._digests.of(path)
        reason = self._pack.reason(digest)
        if reason is not None:
            raise NotCached(f"{path} is not in the cache: {reason}")
        if digest not in self._pack:
            raise NotCached(f"{path} is not in the cache {self._pack.folder}; fill it with this file first.")
        return self._pack[digest]

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = lambda _: None
    ) -> dict[Path, str]:
        """Makes what is not there yet and tells `on_path` of each file; returns the broken ones with the reason.

        What was made stays made if this is interrupted. Raises PackError if another process fills the same folder.
        """
        broken: dict[Path, str] = {}
        names: dict[str, list[Path]] = {}
        for path in dict.fromkeys(paths):
            try:
                names.setdefault(self._digests.of(path), []).append(path)
            except OSError as error:
                broken[path] = f"The file could not be read. {error.strerror}."
                on_path(path)
        with closing(self._settled({digest: same[0] for digest, same in names.items()}, workers)) as settled:
            for digest, reason in settled:
                for path in names[digest]:
                    if reason is not None:
                        broken[path] = reason
                    on_path(path)
        return broken

    def _settled(self, wanted: Mapping[str, Path], workers: int) -> Generator[tuple[str, str | None]]:
        """Each digest, once there is its array, or the reason why there is none."""
        new = {digest: path for digest, path in wanted.items() if digest not in self._pack}
        yield from ((digest, self._pack.reason(digest)) for digest in wanted if digest not in new)
        if not new:
            return
        with self._pack.appending() as appender:
            by_others = [digest for digest in new if digest in self._pack]
            for digest in by_others:
                del new[digest]
                yield digest, self._pack.reason(digest)
            with closing(in_workers(self._make, new.values(), workers)) as answers:
                for digest, answer in zip(new, answers, strict=True):
                    yield digest, self._keep(appender, digest, answer)

    @staticmethod
    def _keep(appender: Appender, digest: str, answer: NDArray[Any] | EarmarkError) -> str | None:
        """Writes the answer down; what may be otherwise next time, as a file that could not be read, is not kept."""
        if not isinstance(answer, EarmarkError):
            appender.append(digest, answer)
            return None
        reason = reason_of(answer)
        if isinstance(answer, AudioError):
            appender.append_broken(digest, reason)
        return reason


class FileDigests:
    """A file's name for the caches is the SHA-256 of its bytes, whatever it is called and wherever it lies. Digests are
    remembered; a file that was written since is read again."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def of(self, path: Path) -> str:
        """64 hexadecimal digits. Raises OSError if the file cannot be read."""
        status = path.stat()
        state = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._known[path] = (state, digest)
        return digest
