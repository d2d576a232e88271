"""What decoders read from: a path or any seekable file, behind a guard.

The C code between us and the file takes no exceptions."""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.audio.decoded import Checkpoint
from service.errors import EmptyFile, FileMissing, FileUnreadable, NotAFile

Source = str | os.PathLike[str] | BinaryIO


@contextmanager
def open_source(source: Source, checkpoint: Checkpoint | None = None) -> Iterator["GuardedFile"]:
    """Yields the file at its beginning. Closes it only if it was opened here. Raises errors that name the problem."""
    if isinstance(source, str | os.PathLike):
        with _open_path(Path(source)) as file:
            yield _guarded(file, checkpoint)
    else:
        yield _guarded(source, checkpoint)


def _open_path(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise NotAFile("This is a directory; a single audio file is needed.")
        if not stat.S_ISREG(mode):  # opening a pipe would block for ever
            raise NotAFile("This is neither a regular file nor a link to one (a pipe, a socket or a device).")
        return path.open("rb", buffering=0)  # decoders read in large pieces, and by the bare descriptor
    except FileNotFoundError:
        raise FileMissing("There is no file of this name.") from None
    except PermissionError:
        raise FileUnreadable("The file's permissions do not allow reading it.") from None
    except (OSError, ValueError) as error:  # a name too long, a NUL in the name, an unreadable disk
        reason = error.strerror if isinstance(error, OSError) else "the name is not valid"
        raise FileUnreadable(f"The system could not open the file: {reason}.") from None


def _guarded(file: BinaryIO, checkpoint: Checkpoint | None) -> "GuardedFile":
    guarded = GuardedFile(file, checkpoint)
    if not guarded.size:
        raise EmptyFile("The file has 0 bytes.")
    return guarded


class GuardedFile:
    """Reads whole pieces, never fails, and has no name. Where reading fails, the file ends; `check` says so afterwards.

    Each read is a checkpoint too: between two pieces of sound there may be minutes of pictures."""

    def __init__(self, file: BinaryIO, checkpoint: Checkpoint | None = None) -> None:
        """Raises NotAFile if the file cannot seek, FileUnreadable if it cannot even be measured."""
        self._file = file
        self._checkpoint = checkpoint
        self._at = 0
        self._intact_bytes = 0
        self._reason = ""
        self._readable_bytes: int | None = None
        self._stopped: Exception | None = None
        self.start = 0
        """Where the file begins for its readers, in bytes."""
        self.size = self._measured()
        """Bytes behind `start`."""

    def skip(self, count: int) -> None:
        """From now on the file begins this many bytes later."""
        self.start += count
        self.size = max(0, self.size - count)
        self._at = 0

    def read(self, count: int = -1) -> bytes:
        left = max(0, self.size - self._at)
        buffer = bytearray(left if count < 0 else min(count, left))
        return bytes(buffer[: self.readinto(memoryview(buffer))])

    def readinto(self, buffer: memoryview) -> int:
        """Fills the buffer, less only at the end of the file; returns the bytes read."""
        begins = self._at
        if not self._is_stopped():
            with memoryview(buffer) as target:
                while self._at - begins < len(target):
                    piece = self._piece(len(target) - (self._at - begins))
                    if not piece:
                        break
                    target[self._at - begins :][: len(piece)] = piece
                    self._at += len(piece)
        if self.start + begins <= self._intact_bytes:
            self._intact_bytes = max(self._intact_bytes, self.start + self._at)
        return self._at - begins

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Stays where it is instead of going to before the start: libsndfile tries that in damaged files, and sees by
        the position that it did not get there."""
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if position >= 0:
            self._at = position
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The descriptor at the file's beginning, for those who read faster by themselves. Raises UnsupportedOperation
        where they would read something else than `read` gives."""
        if type(self._file) is not io.FileIO or self.start:
            raise io.UnsupportedOperation("fileno")
        self._file.seek(0)
        return self._file.fileno()

    @property
    def unreadable(self) -> str | None:
        """A sentence on the bytes that could not be read, or None."""
        if self._readable_bytes is None:
            return None
        beyond = max(self._readable_bytes, self._intact_bytes)
        return f"The file could not be read beyond byte {beyond}: {self._reason}."

    def check(self) -> None:
        """Raises what the checkpoint raised during a read."""
        if self._stopped:
            raise self._stopped

    def check_readable(self) -> None:
        """Raises also FileUnreadable, if anything could not be read."""
        self.check()
        if self.unreadable:
            raise FileUnreadable(self.unreadable)

    def _measured(self) -> int:
        try:
            if not self._file.seekable():
                raise NotAFile("The file object cannot seek; decoders need to. Give a path or a seekable file.")
            return self._file.seek(0, io.SEEK_END)
        except (OSError, ValueError) as error:
            raise FileUnreadable(f"The file could not be read: {_reason(error)}.") from None

    def _is_stopped(self) -> bool:
        if self._checkpoint and not self._stopped:
            try:
                self._checkpoint()
            except Exception as error:  # noqa: BLE001 - kept for `check`
                self._stopped = error
        return self._stopped is not None

    def _piece(self, count: int) -> memoryview | None:
        """At most `count` bytes at the current position, none at the end or where it cannot be read."""
        position = self.start + self._at
        end = self.start + self.size if self._readable_bytes is None else self._readable_bytes
        count = min(count, end - position)
        if count <= 0:
            return None
        try:
            self._file.seek(position)
            return memoryview(self._file.read(count) or b"")[:count]  # text is refused by this, too
        except Exception as error:  # noqa: BLE001 - a file object may be anyone's, and raise anything
            self._readable_bytes = position
            self._reason = self._reason or _reason(error)
            return None


def _reason(error: Exception) -> str:
    """Without the words of the error itself, which may hold a path."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    return "the file object is closed, or not open for reading" if isinstance(error, ValueError) else "reading failed"
