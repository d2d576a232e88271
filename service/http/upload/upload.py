"""A file that was received."""

from dataclasses import dataclass
from typing import BinaryIO

from service.errors import EarmarkError


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    """What the client calls it, fit to be shown."""
    file: BinaryIO
    """At its start; open as long as the block of `receive_uploads` lasts."""
    size: int
    """Bytes."""
    problem: EarmarkError | None = None
    """Why this part of a form could not be kept, though others could; the file is empty then."""
