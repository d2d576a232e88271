"""Where a package comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """What the card says of how the package was made; `seconds` of wall time."""

    command: str
    seconds: float
