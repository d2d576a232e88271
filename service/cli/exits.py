"""The exit statuses of the command, for scripts."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    SOME_FAILED = 1
    """Some files could not be analysed, or some packages failed their checks; the others could."""
    UNUSABLE = 2
    """Wrong arguments, a wrong setting, no models: nothing was tried. Or the answer could not be written."""
    STOPPED = 130
    """By Ctrl-C; what shells report for a program that ended of it."""
