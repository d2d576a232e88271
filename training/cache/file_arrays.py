"""One array per sound file, made in worker processes and kept on disk: what every cache of training is made of."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from numpy.typing import DTypeLike, NDArray

from service.errors import AudioError, EarmarkError
from training.cache.array_pack import Appender, ArrayPack
from training.cache.file_digest import FileDigests
from training.cache.reason import reason_of
from training.cache.workers import in_workers


class NotCached(Exception):
    """There is no array of this file: it is broken, or `fill` was not asked for it."""


class FileArrays:
    """`make(path)` of every file, by the content of the file. `make` is sent to the workers: a picklable function."""

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
