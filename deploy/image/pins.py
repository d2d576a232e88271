"""Prints the part of requirements-dev.lock that extras of pyproject.toml need: `python pins.py ray,telemetry`.

A line `# via` in the lock names who asked for a package; what an extra names, and what that asks for, is its part."""

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==.*\n(?:[ #].*\n?)*", re.MULTILINE)
_VIA = re.compile(r"^ +#(?: via)? +(?P<name>[A-Za-z0-9._-]+)$", re.MULTILINE)


def pins(lock: str, wanted: Iterable[str]) -> str:
    """The entries of the lock that these packages need, themselves included, in its order."""
    entries = [(_plain(found["name"]), found[0]) for found in _ENTRY.finditer(lock)]
    asked_by = [(name, {_plain(by["name"]) for by in _VIA.finditer(entry)}) for name, entry in entries]
    needed = {_plain(name) for name in wanted}
    while more := {name for name, by in asked_by if by & needed} - needed:
        needed |= more
    return "".join(entry for name, entry in entries if name in needed)


def names_of(project: str, extra: str) -> list[str]:
    """The packages that an extra names."""
    extras = tomllib.loads(project)["project"]["optional-dependencies"]
    if extra not in extras:
        sys.exit(f"There is no extra {extra!r}; there are {', '.join(sorted(extras))}.")
    return [found[0] for line in extras[extra] if (found := _NAME.match(line))]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    project, lock = (Path(name).read_text("utf-8") for name in ("pyproject.toml", "requirements-dev.lock"))
    extras = [extra for extra in ",".join(sys.argv[1:]).split(",") if extra]
    sys.stdout.write(pins(lock, {name for extra in extras for name in names_of(project, extra)}))
