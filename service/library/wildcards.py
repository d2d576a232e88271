"""Patterns of paths: * and ? stay within a folder, ** goes through any number of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fsspec.utils import glob_translate

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Wildcards:
    """Where to look for what matches, and what does."""

    folder: str
    """The longest one that has no wildcard in its name."""
    depth: int | None
    """Of folders to look into, `folder` being the first; None for no limit."""
    matches: Callable[[str], object]


def has_wildcards(path: str) -> bool:
    return _MAGIC.search(path) is not None


def wildcards(pattern: str) -> Wildcards:
    """Of a pattern whose folders are separated by slashes."""
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if has_wildcards(part))
    depth = None if "**" in pattern else len(parts) - fixed
    return Wildcards("/".join(parts[:fixed]) or "/", depth, re.compile(glob_translate(pattern)).fullmatch)
