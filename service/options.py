"""What options can be, as far as that is known without models: checked before any work starts."""

from service.errors import InvalidOption
from service.types import Options

MIN_HOP_SECONDS = 0.1
"""Thirty chunks for every chunk of sound: finer steps cost more and show nothing new."""
MAX_SECONDS = 1e6
"""Eleven days: longer than any sound, short enough to count in samples."""
MAX_PEAKS_PER_SECOND = 100
"""A value for every hundredth of a second shows words apart; those of four hours take 6 MB."""


def check_options(options: Options) -> None:
    """Raises InvalidOption, with the limit and the value. The longest hop depends on the cascade, see `check_hop`."""
    if options.hop_seconds is not None and not options.hop_seconds >= MIN_HOP_SECONDS:  # also refuses NaN
        raise InvalidOption(f"hop_seconds is {options.hop_seconds:g}; it must be at least {MIN_HOP_SECONDS:g}.")
    for name in ("start_seconds", "end_seconds", "smoothing", "min_segment_seconds", "merge_gap_seconds"):
        value = getattr(options, name)
        if value is not None and not 0 <= value <= MAX_SECONDS:
            raise InvalidOption(f"{name} is {value:g}; 0 to {MAX_SECONDS:g} are possible.")
    if not 0 <= options.peaks_per_second <= MAX_PEAKS_PER_SECOND:
        raise InvalidOption(
            f"peaks_per_second is {options.peaks_per_second}; 0 (none) to {MAX_PEAKS_PER_SECOND} are possible."
        )
    if options.end_seconds is not None and not options.end_seconds > options.start_seconds:
        raise InvalidOption(
            f"end_seconds is {options.end_seconds:g}; it must be greater than start_seconds, {options.start_seconds:g}."
        )


def check_hop(options: Options, chunk_seconds: float) -> None:
    """Chunks may overlap or touch, but leave no gaps. Raises InvalidOption."""
    hop = options.hop(chunk_seconds)
    if hop > chunk_seconds:
        raise InvalidOption(
            f"hop_seconds is {hop:g}; {MIN_HOP_SECONDS:g} to {chunk_seconds:g} (one chunk) are possible."
        )
