"""What comes back for each input."""

from service.errors import EarmarkError
from service.types import Report

Answer = Report | EarmarkError
