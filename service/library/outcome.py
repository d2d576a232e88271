"""What came of one file."""

from dataclasses import dataclass

from service.errors import EarmarkError
from service.library.item import Item
from service.types import Report


@dataclass(frozen=True, slots=True)
class Outcome:
    item: Item
    answer: Report | EarmarkError
    seconds: float
    """Wall time of the analysis."""
