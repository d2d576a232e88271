"""The exit statuses of the command, for scripts."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    SOME_FAILED = 1
    """Some files could not be analysed, or some packages failed their checks; the others could."""
    UNUSABLE = 2
    """Nothing was tried: wrong arguments, a wrong setting, no models."""
