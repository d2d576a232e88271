"""What the terminal that an answer goes to can show."""

import os
from dataclasses import dataclass

_WITHOUT_BLOCKS = {"linux", "dumb"}
"""Terminals by TERM: the console's font has no eighths of a block."""


@dataclass(frozen=True, slots=True)
class Screen:
    width: int
    """Columns."""
    blocks: bool
    """Whether it has characters such as ▁ and █; otherwise plain ASCII must do."""
    colours: bool


def shows_blocks(encoding: str) -> bool:
    """`encoding` is that of the locale: what is written in UTF-8 all the same would be garbage there."""
    return encoding.lower().replace("-", "") == "utf8" and os.environ.get("TERM") not in _WITHOUT_BLOCKS
