"""The file of keys: a line for each, `name sha256 date`; comments and empty lines are kept."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.errors import InvalidOption, InvalidSettings
from service.formats.caption import one_line
from service.http.keys.secret import hash_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LINE = re.compile(rf"({_NAME.pattern}) ([0-9a-f]{{64}}) (\d{{4}}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    hash: str
    created: str
    """A date, as 2031-12-24."""


class KeyFile:
    def __init__(self, path: Path) -> None:
        self._path = path.resolve()  # a link stays a link when the file is rewritten

    def entries(self) -> tuple[Entry, ...]:
        """Raises InvalidSettings if there is no such file, or if it says something else."""
        return tuple(_entry(line, number) for number, line in enumerate(self._lines(), 1) if _is_entry(line))

    def add(self, name: str, secret: str) -> None:
        """Makes the file if need be. Raises InvalidOption, InvalidSettings."""
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

    def _parsed(self, lines: Sequence[str]) -> list[Entry]:
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
        """In one step: a server that reads it meanwhile sees all of it, before or after."""
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


def _entry(line: str, number: int) -> Entry:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise InvalidSettings(
            f"Line {number} of the file of keys is not a name, a SHA-256 in hex and a date; "
            "`earmark key create` writes such lines."
        )
    return Entry(*found.groups())
