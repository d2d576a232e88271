"""API keys: random secrets with names, kept as hashes in a file. The server follows the file while it runs."""

import hashlib
import hmac
import logging
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.errors import InvalidOption, InvalidSettings
from service.formats.caption import one_line

_LOG = logging.getLogger(__name__)
_PREFIX = "earmark_"
"""People, and programs that search code for leaked secrets, recognise a key by it."""
_RANDOM_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LINE = re.compile(rf"({_NAME.pattern}) ([0-9a-f]{{64}}) (\d{{4}}-\d\d-\d\d)")
_LOOK_EVERY_SECONDS = 1.0

_Version = tuple[int, int, int]


def new_secret() -> str:
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(secret: str) -> str:
    """Plain SHA-256 in hex: 256 random bits cannot be guessed from a hash, however fast it is."""
    return hashlib.sha256(secret.encode("utf-8", errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class KeyEntry:
    name: str
    hash: str
    created: str
    """A date, as 2031-12-24."""


class KeyFile:
    """One line for each key, `name sha256 date`. Comments and empty lines are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()  # a link stays a link when the file is rewritten

    def entries(self) -> tuple[KeyEntry, ...]:
        """Raises InvalidSettings if there is no such file, or if a line of it is invalid."""
        return tuple(_entry(line, number) for number, line in enumerate(self._lines(), 1) if _is_entry(line))

    def add(self, name: str, secret: str) -> None:
        """Creates the file if there is none. Raises InvalidOption, InvalidSettings."""
        if not _NAME.fullmatch(name):
            raise InvalidOption(
                f"{one_line(name)[:64]!r} is no name for a key: 1 to 64 letters, digits, dots, dashes and underlines "
                "are possible, and the first is a letter or a digit."
            )
        lines = self._lines() if self._path.exists() else []
        if any(entry.name == name for entry in self._parsed(lines)):
            raise InvalidOption(f"There is a key {name} already; remove it first, or choose another name.")
        self._write([*lines, f"{name} {hash_of(secret)} {datetime.now(UTC):%Y-%m-%d}"])

    def remove(self, name: str) -> None:
        """Raises InvalidOption, InvalidSettings."""
        lines = self._lines()
        names = [entry.name for entry in self._parsed(lines)]
        if name not in names:
            there_are = f"there are: {', '.join(names)}" if names else "the file has none"
            raise InvalidOption(f"There is no key {one_line(name)[:64]!r}; {there_are}.")
        self._write([line for line in lines if not line.startswith(f"{name} ")])

    def _parsed(self, lines: Sequence[str]) -> list[KeyEntry]:
        return [_entry(line, number) for number, line in enumerate(lines, 1) if _is_entry(line)]

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            raise InvalidSettings(
                "The file of keys does not exist; `earmark key create NAME --keys-file FILE` makes it."
            ) from None
        except (OSError, UnicodeDecodeError):
            raise InvalidSettings("The file of keys cannot be read as text; is it the right one?") from None

    def _write(self, lines: Sequence[str]) -> None:
        """Atomically: a server that reads the file meanwhile sees the old or the new one, whole."""
        beside: str | None = None
        try:
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self._path.parent, delete=False) as file:
                beside = file.name  # readable by its owner only, as the module makes them
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(self._path)
        except OSError as error:
            if beside is not None:
                Path(beside).unlink(missing_ok=True)
            raise InvalidSettings(f"The file of keys cannot be written: {error.strerror}.") from None


def _is_entry(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _entry(line: str, number: int) -> KeyEntry:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise InvalidSettings(
            f"Line {number} of the file of keys is not a name, a SHA-256 in hex and a date; "
            "`earmark key create` writes such lines."
        )
    return KeyEntry(*found.groups())


class ApiKeys:
    """Whose key it is. A key that is added to the file, or removed, counts within a second.

    Raises InvalidSettings if the file cannot be read at the start; later, the last known keys stay valid."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._file = KeyFile(path)
        self._clock = clock
        self._looked_at = clock()
        self._version = self._current_version()
        self._entries = self._file.entries()

    def name_of(self, key: str) -> str | None:
        """Takes equally long for every key: all entries are compared, even after a match."""
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
