"""File objects that behave as no file on a good disk does."""

import errno
import io
from typing import Any

HIDDEN_PATH = "/secret/path"


class FailingFile(io.BytesIO):
    """Its bytes from `intact_bytes` on cannot be read."""

    def __init__(self, data: bytes, intact_bytes: int, error: Exception | None = None) -> None:
        super().__init__(data)
        self._intact_bytes = intact_bytes
        self._error = error or OSError(errno.EIO, "read failed", HIDDEN_PATH)

    def read(self, count: int | None = -1, /) -> bytes:
        if self.tell() >= self._intact_bytes:
            raise self._error
        left = self._intact_bytes - self.tell()
        return super().read(left if count is None or count < 0 else min(count, left))

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class LosingFile(FailingFile):
    """A connection that is lost after so many bytes were read, wherever they lie."""

    def read(self, count: int | None = -1, /) -> bytes:
        if self._intact_bytes <= 0:
            raise self._error
        piece = io.BytesIO.read(self, self._intact_bytes if count is None else min(count, self._intact_bytes))
        self._intact_bytes -= len(piece)
        return piece


class ShortReads(io.BytesIO):
    """Seven bytes at a time, as a socket may."""

    def read(self, count: int | None = -1, /) -> bytes:
        return super().read(7 if count is None or count < 0 else min(count, 7))

    def readinto(self, buffer: Any, /) -> int:
        return super().readinto(memoryview(buffer)[:7])


class Named(io.BytesIO):
    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name
