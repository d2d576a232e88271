"""Whose key it is. Follows the file: a key that is added or removed counts within a second."""

import hmac
import logging
import time
from collections.abc import Callable
from pathlib import Path

from service.errors import InvalidSettings
from service.http.keys.key_file import KeyFile
from service.http.keys.secret import hash_of

_LOG = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS = 1.0

_Version = tuple[int, int, int]


class Keys:
    """Raises InvalidSettings if the file cannot be read at the start; later, the last known keys stay good."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._file = KeyFile(path)
        self._clock = clock
        self._looked_at = clock()
        self._version = self._current_version()
        self._entries = self._file.entries()

    def name_of(self, key: str) -> str | None:
        """Takes as long for every key: all entries are compared, whichever fits."""
        self._follow()
        hashed, name = hash_of(key), None
        for entry in self._entries:
            if hmac.compare_digest(entry.hash, hashed):
                name = entry.name
        return name

    def _follow(self) -> None:
        now = self._clock()
        if now - self._looked_at < _LOOK_EVERY_SECONDS:
            return
        self._looked_at = now
        version = self._current_version()
        if version == self._version:
            return
        self._version = version
        try:
            self._entries = self._file.entries()
        except InvalidSettings as error:
            _LOG.error("keys_unreadable", extra={"detail": error.detail, "keys": len(self._entries)})
        else:
            _LOG.info("keys_read", extra={"keys": len(self._entries)})

    def _current_version(self) -> _Version | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size
